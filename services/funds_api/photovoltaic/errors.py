"""What photovoltaic income refuses."""

from collections.abc import Sequence
from decimal import Decimal

from shared.errors import Conflict, FieldError, Unprocessable


class DuplicateGridNo(Conflict):
    code = "duplicate_grid_no"
    title, title_en = "该发电户号已登记", "A station with this grid number is registered"


class StationNotOfProject(Unprocessable):
    code = "asset_of_another_project"
    title, title_en = "该资产不属于这个项目", "The asset belongs to another project"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/asset_id", self.code, self.title)])


class WrongMonth(Unprocessable):
    """A month that cannot be: after this one, before the station was connected, or outside the plan."""

    code = "month_out_of_range"
    title, title_en = "月份不在可填范围内", "The month is out of range"

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(message, errors=[FieldError(pointer, self.code, message)])


class MonthSettled(Conflict):
    code = "month_settled"
    title, title_en = (
        "该电站当月已登记结算，如有差额请登记调整",
        "The month is settled already: record the difference as an adjustment",
    )


class AdjustmentOfNothing(Unprocessable):
    code = "nothing_to_change"
    title, title_en = "调整的电量和金额不能都为零", "An adjustment changes the amount or the generation"


class NegativeMonth(Conflict):
    code = "month_negative"
    title, title_en = "调整后当月的电量或金额小于零", "The month would be less than nothing"


class InsufficientIncome(Conflict):
    """``available``: what has been received and not yet planned, or planned for the use and not yet paid."""

    code = "insufficient_income"
    title, title_en = "超过可分配的收益", "More than the income that is left"

    def __init__(self, available: Decimal) -> None:
        super().__init__(
            f"可用 {available} 元", f"{available} is left", members={"available": str(available)}
        )


class InvalidPlan(Unprocessable):
    """``errors`` name the posts."""

    code = "distribution_invalid"
    title, title_en = "分配方案有误", "The plan has errors"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(errors=errors)


class InvalidPayments(Unprocessable):
    """``errors`` name the items; nothing was recorded."""

    code = "payments_invalid"
    title, title_en = "支付有误，没有登记任何一笔", "The payments have errors: nothing was recorded"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(errors=errors)


class PaidTwice(Conflict):
    """``errors`` name the items."""

    code = "paid_twice"
    title, title_en = (
        "已经支付过：同一电站、同一岗位、同一月份只支付一次",
        "It is paid already: once a station, post and month",
    )

    def __init__(self, places: Sequence[int]) -> None:
        super().__init__(errors=[FieldError(f"/items/{place}", self.code, self.title) for place in places])


class DistributionClosed(Conflict):
    code = "distribution_closed"
    title, title_en = "该分配方案已结束", "The distribution is closed"


class ReversalOfReversal(Conflict):
    code = "reversal_of_reversal"
    title, title_en = (
        "冲销不能再冲销，请重新登记支付",
        "A reversal cannot be reversed: record the payment anew",
    )


class AlreadyReversed(Conflict):
    code = "already_reversed"
    title, title_en = "已经冲销过", "It is reversed already"
