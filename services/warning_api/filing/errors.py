"""What is refused about corrections and withdrawals."""

from shared.errors import Conflict, NotFound, Unprocessable


class WarningNotFound(NotFound):
    code = "warning_not_found"
    title, title_en = "未找到该预警，或不属于本部门", "No such warning of this department"


class AlreadyClosed(Conflict):
    code = "already_closed"
    title, title_en = (
        "该预警已办结，不能再更正或撤回；如有新情况请重新推送",
        "The warning is closed: push what is new as a record of its own",
    )


class AlreadyWithdrawn(Conflict):
    code = "already_withdrawn"
    title, title_en = "该预警已撤回", "The warning has been withdrawn"


class BeingCompared(Conflict):
    code = "warning_being_compared"
    title, title_en = "该预警正在比对，请稍候重试", "The warning is being compared: try again shortly"


class NothingCorrected(Unprocessable):
    code = "nothing_corrected"
    title, title_en = "请至少填写一个要更正的字段", "Give at least one field to correct"
