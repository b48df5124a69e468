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


class ProjectNotStarted(Conflict):
    code = "project_not_started"
    title, title_en = "项目尚未开工，不能支付", "The project has not started: nothing can be paid"


class DuplicateAllocation(Unprocessable):
    code = "duplicate_allocation"
    title, title_en = "同一指标只能列一次", "An allocation can be listed once"

    def __init__(self, place: int) -> None:
        super().__init__(errors=[FieldError(f"/allocations/{place}/allocation_id", self.code, self.title)])


class BudgetTooSmall(Unprocessable):
    code = "budget_below_allocations"
    title, title_en = "预算不能小于所列指标之和", "The budget is less than its allocations together"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/budget", self.code, self.title)])
