"""What projects refuse."""

from collections.abc import Sequence

from shared.errors import Conflict, FieldError, Unprocessable


class IllegalTransition(Conflict):
    code = "illegal_transition"
    title, title_en = "项目当前状态不能这样流转", "The project cannot go there from its state"

    def __init__(self, state: str, allowed: Sequence[str]) -> None:
        listed = "、".join(allowed) or "无"
        super().__init__(
            f"当前为 {state}，可转为：{listed}",
            f"it is {state}; allowed: {', '.join(allowed) or 'none'}",
            members={"state": state, "allowed": list(allowed)},
        )


class AppraisalRequired(Conflict):
    code = "appraisal_required"
    title, title_en = (
        "开工前须先评审，请填写评审文号",
        "Give the appraisal's document number before the start",
    )


class AppraisalNotPassed(Conflict):
    code = "appraisal_not_passed"
    title, title_en = "最近一次评审未通过，不能开工", "The last appraisal was not passed: it cannot start"


class ReasonRequired(Unprocessable):
    code = "reason_required"
    title, title_en = "暂停或终止项目须说明理由", "Say why the project is suspended or terminated"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/reason", self.code, self.title)])


class ContractsOpen(Conflict):
    code = "contracts_open"
    title, title_en = (
        "合同尚有未付金额，请先以补充协议核减，再终止项目",
        "Contracts are not paid up: reduce them by supplements first",
    )


class ProjectNotStarted(Conflict):
    code = "project_not_started"
    title, title_en = "项目尚未开工，不能支付", "The project has not started: nothing can be paid"


class ProjectSuspended(Conflict):
    code = "project_suspended"
    title, title_en = "项目已暂停，请先恢复", "The project is suspended: resume it first"


class ProjectTerminated(Conflict):
    code = "project_terminated"
    title, title_en = "项目已终止", "The project is terminated"


class NotInReserve(Conflict):
    code = "not_in_reserve"
    title, title_en = "只有储备项目可以列入年度计划", "Only a reserve project is pulled into a year"


class YearNotPlanned(Conflict):
    code = "year_not_planned"
    title, title_en = "该年度不在项目的滚动计划内", "The project's plan does not have that year"


class DuplicateAllocation(Unprocessable):
    code = "duplicate_allocation"
    title, title_en = "同一指标只能列一次", "An allocation can be listed once"

    def __init__(self, place: int) -> None:
        super().__init__(errors=[FieldError(f"/allocations/{place}/allocation_id", self.code, self.title)])


class DuplicateYear(Unprocessable):
    code = "duplicate_year"
    title, title_en = "同一年度只能列一次", "A year can be listed once"

    def __init__(self, place: int) -> None:
        super().__init__(errors=[FieldError(f"/plan/{place}/year", self.code, self.title)])


class BudgetTooSmall(Unprocessable):
    code = "budget_below_allocations"
    title, title_en = "预算不能小于所列指标之和", "The budget is less than its allocations together"

    def __init__(self, pointer: str = "/budget") -> None:
        super().__init__(errors=[FieldError(pointer, self.code, self.title)])


class OnNegativeList(Unprocessable):
    """``rule``: which one forbids it."""

    code = "negative_list"
    title, title_en = "项目在负面清单内", "The project is on the negative list"

    def __init__(self, rule: str) -> None:
        message = f"负面清单：{rule}"
        super().__init__(message, errors=[FieldError("/name", self.code, message)], members={"rule": rule})


class FundingOfNothing(Unprocessable):
    code = "amount_zero"
    title, title_en = "金额不能为零", "The amount cannot be zero"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/amount", self.code, self.title)])


class WeightsNotWhole(Unprocessable):
    code = "weights_not_100"
    title, title_en = "各绩效目标权重之和应为 100", "The weights of the goals have to add up to 100"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/goals", self.code, self.title)])


class GoalsDoNotFit(Unprocessable):
    code = "goals_do_not_fit"
    title, title_en = (
        "应逐项填写且只填写该项目的绩效目标",
        "Give each of the project's goals once, and no other",
    )

    def __init__(self, expected: Sequence[str]) -> None:
        message = f"{self.title}：{'、'.join(expected)}"
        super().__init__(message, errors=[FieldError("/goals", self.code, message)])


class NoGoals(Conflict):
    code = "no_goals"
    title, title_en = "请先设定绩效目标", "Set the performance goals first"


class DayAfterToday(Unprocessable):
    code = "day_after_today"
    title, title_en = "日期不能晚于今天", "The day cannot be after today"

    def __init__(self, pointer: str) -> None:
        super().__init__(errors=[FieldError(pointer, self.code, self.title)])


class NothingToChange(Unprocessable):
    code = "nothing_to_change"
    title, title_en = "没有要修改的内容", "Nothing to change was given"
