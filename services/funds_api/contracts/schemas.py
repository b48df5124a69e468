"""Contracts as they come in and go out."""

import unicodedata
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic.functional_validators import AfterValidator
from pydantic_core import PydanticCustomError

from shared.identifiers.credit_code import is_credit_code
from shared.runtime.schema import Amount, Day, Instant, LongText, PositiveAmount, Schema, ShortText


def _credit_code(value: str) -> str:
    if not is_credit_code(value):
        raise PydanticCustomError("credit_code_checksum", "统一社会信用代码有误")
    return "".join(unicodedata.normalize("NFKC", value).split()).upper()


#: GB 32100, checked by its check character; kept in capitals without blanks.
CreditCode = Annotated[ShortText, AfterValidator(_credit_code)]


class ContractIn(Schema):
    project_id: UUID
    number: ShortText
    contractor: ShortText
    credit_code: CreditCode
    amount: PositiveAmount
    signed_on: Day


class SupplementIn(Schema):
    """``amount`` is signed: less than zero lowers the contract."""

    amount: Amount
    signed_on: Day
    document_no: ShortText
    reason: LongText


class SupplementOut(Schema):
    id: UUID
    contract_id: UUID
    amount: Amount
    signed_on: date
    document_no: str
    reason: str
    created_at: Instant


class BoundOut(Schema):
    """What a contract binds of one allocation."""

    allocation_id: UUID
    amount: Amount
    used: Amount


class ContractOut(Schema):
    """``amount`` as it stands after its supplements (``signed_amount`` at first); ``used`` has been paid, retained or
    transferred out of it, ``available`` not."""

    id: UUID
    project_id: UUID
    region_code: str
    number: str
    contractor: str
    credit_code: str
    signed_amount: Amount
    amount: Amount
    used: Amount
    available: Amount
    signed_on: date
    allocations: list[BoundOut]
    created_at: Instant
    version: int


class ContractWithSupplements(ContractOut):
    supplements: list[SupplementOut]
