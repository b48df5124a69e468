"""What disbursements refuse."""

from typing import Self

from services.funds_api.disbursements.rules import Errors
from shared.errors import Conflict, Unprocessable


class InvalidDisbursement(Unprocessable):
    """``errors`` name the items; nothing of the batch was kept."""

    code = "disbursement_invalid"
    title, title_en = "批次有误，没有登记任何一笔", "The batch has errors: nothing of it was recorded"

    @classmethod
    def of(cls, errors: Errors) -> Self:
        return cls(
            f"共 {errors.count} 处错误，列出前 {len(errors.found)} 处",
            f"{errors.count} errors, of which the first {len(errors.found)} are listed",
            errors=errors.found,
        )


class IllegalTransition(Conflict):
    code = "illegal_transition"
    title, title_en = "批次当前的状态不允许此操作", "The state of the batch does not allow this"


class SamePerson(Conflict):
    code = "same_person"
    title, title_en = "制单人不能复核自己的批次", "Who made the batch cannot check it"


class InvalidReceipts(Unprocessable):
    """``errors`` name the receipts; nothing of them was kept."""

    code = "receipts_invalid"
    title, title_en = "回执有误，没有登记任何一笔", "The receipts have errors: nothing of them was recorded"


class ReceiptsConflict(Conflict):
    """An item that was answered otherwise before."""

    code = "receipt_conflicts"
    title, title_en = "回执与已登记的结果不符", "A receipt contradicts what is recorded"
