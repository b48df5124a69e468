"""What sources and allocations refuse."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from shared.errors import Conflict, FieldError, Unprocessable


class InsufficientAllocation(Conflict):
    """More than stands above it. ``available`` (yuan, two places) is what could still be used."""

    code = "insufficient_allocation"
    title, title_en = "超出上级资金可用余额", "More than is available above"

    def __init__(self, available: Decimal, allocation_id: UUID | None = None) -> None:
        members = {"available": f"{available:.2f}"}
        if allocation_id is not None:
            members["allocation_id"] = str(allocation_id)
        super().__init__(
            f"可用余额 {available:.2f} 元，请减少金额或先调整指标",
            f"{available:.2f} yuan are available: ask for less, or adjust the allocation first",
            members=members,
        )


class AdjustmentOfNothing(Unprocessable):
    code = "amount_zero"
    title, title_en = "调整金额不能为零", "An adjustment cannot be zero"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/amount", self.code, self.title)])


class UnknownFund(Unprocessable):
    code = "unknown_fund"
    title, title_en = "没有这种资金", "The county has no such fund"

    def __init__(self, known: Sequence[str]) -> None:
        message = f"{self.title}，可填：{'、'.join(known)}"
        super().__init__(message, errors=[FieldError("/fund", self.code, message)])


class NothingToCarry(Conflict):
    code = "nothing_to_carry"
    title, title_en = "没有可结转的余额", "Nothing is left to carry over"
