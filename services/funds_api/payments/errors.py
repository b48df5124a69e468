"""What payments refuse."""

from shared.errors import Conflict, FieldError, Unprocessable


class PaidInFuture(Unprocessable):
    code = "paid_on_in_future"
    title, title_en = "支付日期不能晚于今天", "The day of payment cannot be after today"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/paid_on", self.code, self.title)])


class AlreadyReversed(Conflict):
    code = "already_reversed"
    title, title_en = "该笔支付已经冲销", "The payment has been reversed already"


class ReversalOfReversal(Conflict):
    code = "reversal_of_reversal"
    title, title_en = "冲销不能再冲销，请重新登记支付", "A reversal cannot be reversed: record a new payment"
