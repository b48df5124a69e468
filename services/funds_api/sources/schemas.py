"""Sources and allocations as they come in and go out."""

from typing import Literal
from uuid import UUID

from services.funds_api.purposes import Purpose, Year
from shared.runtime.schema import (
    Amount,
    Code,
    Instant,
    LongText,
    PositiveAmount,
    RegionCode,
    Schema,
    ShortText,
)

Level = Literal["central", "province", "city", "county"]


class SourceIn(Schema):
    """``fund``: one of the county's funds (parameter ``fund_names``)."""

    level: Level
    year: Year
    amount: PositiveAmount
    document_no: ShortText
    purpose: Purpose | None = None
    fund: Code = "transition"


class SourceOut(Schema):
    """``allocated`` has been given to units, ``carried`` to the next year; ``available`` to nobody."""

    id: UUID
    region_code: str
    level: Level
    year: int
    amount: Amount
    allocated: Amount
    carried: Amount
    available: Amount
    document_no: str
    purpose: Purpose | None
    fund: str
    carried_from: UUID | None
    created_at: Instant
    version: int


class AllocationIn(Schema):
    source_id: UUID
    region_code: RegionCode
    amount: PositiveAmount
    purpose: Purpose


class AllocationOut(Schema):
    """``amount`` as it stands after ``adjusted``; ``budgeted`` is promised to projects or used directly,
    ``carried`` went to the next year, ``available`` is neither.

    ``paid`` counts as spent. Retention money (``retained``), what a unit has yet to pay on (``transferred``) and
    what a bank has yet to confirm (``held``) do not.
    """

    id: UUID
    source_id: UUID
    level: Level
    year: int
    document_no: str
    fund: str
    region_code: str
    amount: Amount
    adjusted: Amount
    budgeted: Amount
    carried: Amount
    available: Amount
    paid: Amount
    retained: Amount
    transferred: Amount
    held: Amount
    purpose: Purpose
    carried_from: UUID | None
    created_at: Instant
    version: int


class AdjustmentIn(Schema):
    """``amount`` is signed: less than zero withdraws."""

    amount: Amount
    reason: LongText
    document_no: ShortText


class AdjustmentOut(Schema):
    id: UUID
    allocation_id: UUID
    amount: Amount
    reason: str
    document_no: str
    created_at: Instant


class AllocationWithAdjustments(AllocationOut):
    adjustments: list[AdjustmentOut]
