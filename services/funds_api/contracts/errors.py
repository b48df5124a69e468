"""What contracts refuse."""

from shared.errors import Conflict, FieldError, Unprocessable


class DuplicateContract(Conflict):
    code = "duplicate_contract"
    title, title_en = "该项目已有同编号的合同", "The project has a contract with this number"


class SignedInFuture(Unprocessable):
    code = "signed_on_in_future"
    title, title_en = "签订日期不能晚于今天", "The day of signing cannot be after today"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/signed_on", self.code, self.title)])


class SupplementOfNothing(Unprocessable):
    code = "amount_zero"
    title, title_en = "补充协议的金额不能为零", "A supplement cannot be zero"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/amount", self.code, self.title)])


class ContractOfAnotherProject(Unprocessable):
    code = "contract_of_another_project"
    title, title_en = "该合同不属于这个项目", "The contract belongs to another project"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/contract_id", self.code, self.title)])
