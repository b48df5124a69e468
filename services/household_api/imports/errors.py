"""What is refused about imports."""

from shared.errors import Conflict


class NotInReview(Conflict):
    code = "not_in_review"
    title, title_en = "该导入不在待复核状态", "The import does not wait for review"


class SamePerson(Conflict):
    code = "same_person"
    title, title_en = "导入人不能复核自己的导入", "Who imported cannot approve it"
