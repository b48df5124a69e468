"""What is refused about imports."""

from shared.errors import Conflict, Unprocessable


class NotInReview(Conflict):
    code = "not_in_review"
    title, title_en = "该导入不在待复核状态", "The import does not wait for review"


class SamePerson(Conflict):
    code = "same_person"
    title, title_en = "导入人不能复核自己的导入", "Who imported cannot approve it"


class LayoutUnknown(Unprocessable):
    code = "layout_unknown"
    title, title_en = "没有这种导入格式", "No such import layout"


class AsOfInFuture(Unprocessable):
    code = "as_of_in_future"
    title, title_en = "收入截至日期晚于今天", "as_of is after today"
