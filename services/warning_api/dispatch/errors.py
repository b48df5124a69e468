"""What is refused about tasks and lists."""

from shared.errors import Conflict, NotFound, Unprocessable


class TaskNotFound(NotFound):
    code = "task_not_found"
    title, title_en = "未找到核查任务", "No such task"


class ListNotFound(NotFound):
    code = "list_not_found"
    title, title_en = "未找到该乡镇的核查清单", "No such list"


class TransitionNotAllowed(Conflict):
    code = "transition_not_allowed"
    title, title_en = "任务当前状态不能这样处理", "The task's state does not allow this"


class RegionNotUsable(Unprocessable):
    code = "region_not_usable"
    title, title_en = "请给出本县的乡镇或村代码", "Give a township or village code of this county"


class NothingToDispatch(Conflict):
    code = "nothing_to_dispatch"
    title, title_en = "没有待派发的任务", "No task waits for dispatch"
