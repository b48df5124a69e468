"""What payments refuse."""

from shared.errors import Conflict, FieldError, Unprocessable


class PaidInFuture(Unprocessable):
    code = "paid_on_in_future"
    title, title_en = "支付日期不能晚于今天", "The day of payment cannot be after today"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/paid_on", self.code, self.title)])


class RetentionOfUnit(Unprocessable):
    code = "retention_of_unit"
    title, title_en = "拨付给单位的资金不是质保金", "What a unit receives to pay on is no retention money"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/retention", self.code, self.title)])


class AlreadyReversed(Conflict):
    code = "already_reversed"
    title, title_en = "该笔支付已经冲销", "The payment has been reversed already"


class ReversalOfReversal(Conflict):
    code = "reversal_of_reversal"
    title, title_en = "冲销不能再冲销，请重新登记支付", "A reversal cannot be reversed: record a new payment"


class NotRetained(Conflict):
    code = "not_retained"
    title, title_en = "该笔支付不是暂扣的质保金，无可释放", "This is no retention money that is held"


class NotTransferred(Conflict):
    code = "not_transferred"
    title, title_en = (
        "该笔支付不是拨付给单位待支付的资金",
        "This is no transfer that a unit has yet to pay on",
    )


class SettledAlready(Conflict):
    code = "settled_already"
    title, title_en = (
        "该笔资金已有释放或转付，请先冲销其后的支付",
        "It has been settled in part: reverse what settled it first",
    )


class PaidBeforeHeld(Unprocessable):
    code = "paid_on_before_held"
    title, title_en = "支付日期不能早于扣留或拨付之日", "It cannot be paid before it was held or transferred"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/paid_on", self.code, self.title)])
