"""What the cycle refuses."""

from shared.errors import Conflict, NotFound, Unprocessable


class WindowClosed(Conflict):
    code = "window_closed"
    title, title_en = "不在推送窗口内", "The window is closed"


class CycleNotFound(NotFound):
    code = "cycle_not_found"
    title, title_en = "没有这个月度周期，应写作 2026-11", "No such cycle: write it as 2026-11"


class NotThisCycle(Conflict):
    code = "cycle_not_current"
    title, title_en = "只能填报正在开放的周期", "Only the cycle that is open can be reported for"


class BatchesExist(Conflict):
    code = "batches_exist"
    title, title_en = "本月已推送批次，无需零报告", "Batches were pushed this month: no nil report is needed"


class UnknownDepartment(Unprocessable):
    code = "unknown_department"
    title, title_en = "没有这个部门代码", "No such department code"


class DatesOutOfOrder(Unprocessable):
    code = "dates_out_of_order"
    title, title_en = "截止日不能早于开始日", "The window closes before it opens"
