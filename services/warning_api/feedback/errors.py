"""What is refused about acceptance and events."""

from shared.errors import Conflict, Unprocessable


class NothingToAccept(Conflict):
    code = "nothing_to_accept"
    title, title_en = "该任务没有待审核的反馈", "No feedback of this task waits for acceptance"


class InvalidEvent(Unprocessable):
    code = "event_invalid"
    title, title_en = "事件内容有误", "The event's data have errors"
