"""What sources and allocations refuse."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from shared.errors import Conflict, FieldError, Unprocessable

_REMEDIES: Final = {
    None: ("可用余额", "请减少金额或先调整指标", "ask for less, or adjust the allocation first"),
    "contract": (
        "合同可用余额",
        "请减少金额，或先签订补充合同",
        "ask for less, or supplement the contract first",
    ),
    "held": ("这笔款未付清的余额", "请减少金额", "ask for less"),
}


class InsufficientAllocation(Conflict):
    """More than stands above it. ``available`` (yuan, two places) is what could still be used; ``of`` what it is left
    of, where that is no source, allocation or project."""

    code = "insufficient_allocation"
    title, title_en = "超出上级资金可用余额", "More than is available above"

    def __init__(
        self,
        available: Decimal,
        allocation_id: UUID | None = None,
        of: Literal["contract", "held"] | None = None,
    ) -> None:
        members = {"available": f"{available:.2f}"}
        if allocation_id is not None:
            members["allocation_id"] = str(allocation_id)
        left, remedy, remedy_en = _REMEDIES[of]
        super().__init__(
            f"{left} {available:.2f} 元，{remedy}",
            f"{available:.2f} yuan are available: {remedy_en}",
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
