"""What is refused about acceptance and events."""

from shared.errors import Conflict, NotFound, Unprocessable


class NothingToAccept(Conflict):
    code = "nothing_to_accept"
    title, title_en = "该任务没有待审核的反馈", "No feedback of this task waits for acceptance"


class InvalidEvent(Unprocessable):
    code = "event_invalid"
    title, title_en = "事件内容有误", "The event's data have errors"


class OutcomeNotFound(NotFound):
    code = "outcome_not_found"
    title, title_en = "未找到该预警，或不属于本部门", "No such warning of this department"


class NotNeeded(Conflict):
    code = "not_needed"
    title, title_en = "该预警不在等待本部门处置", "This warning does not wait for this department"


class NotDeclined(Conflict):
    code = "nothing_to_redirect"
    title, title_en = "该预警不在等待部门处置，无须改派", "This warning does not wait for a department"
