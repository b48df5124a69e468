"""What assets refuse."""

from collections.abc import Sequence
from decimal import Decimal

from shared.errors import Conflict, FieldError, Unprocessable


class ProjectNotAccepted(Conflict):
    code = "project_not_accepted"
    title, title_en = "项目验收后才能登记资产", "Assets are registered once their project is accepted"

    def __init__(self, state: str) -> None:
        super().__init__(f"项目当前为 {state}", f"the project is {state}", members={"state": state})


class ValueExceedsSpent(Conflict):
    """``available``: what can still be registered of the project."""

    code = "value_exceeds_spent"
    title, title_en = (
        "各项资产的原值之和不能超过项目已支付与质保金之和",
        "The assets of a project cannot be worth more than it has paid and retained",
    )

    def __init__(self, available: Decimal) -> None:
        super().__init__(
            f"尚可登记 {available} 元",
            f"{available} can still be registered",
            members={"available": str(available)},
        )


class DuplicateRegisterNo(Conflict):
    code = "duplicate_register_no"
    title, title_en = "资产编号已被使用", "The register number is in use"


class InvalidOwner(Unprocessable):
    """``errors`` name the fields of the owner."""

    code = "owner_invalid"
    title, title_en = "所有者填写有误", "The owner has errors"

    def __init__(self, problems: Sequence[tuple[str, str, str]]) -> None:
        super().__init__(errors=[FieldError(f"/owner/{field}", code, said) for field, code, said in problems])


class OwnerNotFound(Unprocessable):
    code = "household_not_found"
    title, title_en = "登记簿中没有该户", "The registry does not have this household"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/owner/household_id", self.code, self.title)])


class NothingToChange(Unprocessable):
    code = "nothing_to_change"
    title, title_en = "没有要修改的内容", "Nothing to change was given"


class ReviewedAlready(Conflict):
    code = "reviewed_already"
    title, title_en = "该资产当年已有研判", "The asset has its review of this year"


class YearAfterThis(Unprocessable):
    code = "year_after_this"
    title, title_en = "年度不能晚于今年", "The year cannot be after this one"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/year", self.code, self.title)])


class AssetDisposed(Conflict):
    code = "asset_disposed"
    title, title_en = "资产已处置", "The asset is disposed of"


class NotOperating(Conflict):
    code = "asset_not_operating"
    title, title_en = "只有经营性资产登记收益", "Only an operating asset has income"


class ReversalOfReversal(Conflict):
    code = "reversal_of_reversal"
    title, title_en = "冲销不能再冲销，请重新登记", "A reversal cannot be reversed: record it anew"


class AlreadyReversed(Conflict):
    code = "already_reversed"
    title, title_en = "已经冲销过", "It is reversed already"


class DisposalStands(Conflict):
    code = "disposal_stands"
    title, title_en = "该资产已有处置申请待复核", "A disposal of the asset waits for its check"


class SaleWithoutProceeds(Unprocessable):
    code = "proceeds_missing"
    title, title_en = "出售须填写所得", "A sale has proceeds"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/proceeds", self.code, self.title)])


class IllegalTransition(Conflict):
    code = "illegal_transition"
    title, title_en = "处置申请当前的状态不允许此操作", "The state of the disposal does not allow this"

    def __init__(self, state: str, allowed: Sequence[str]) -> None:
        super().__init__(
            f"当前为 {state}", f"it is {state}", members={"state": state, "allowed": list(allowed)}
        )


class SamePerson(Conflict):
    code = "same_person"
    title, title_en = "申请人不能复核自己的申请", "Who asked for it cannot check it"
