"""Sources and allocations as they come in and go out."""

from typing import Literal
from uuid import UUID

from services.funds_api.purposes import Purpose, Year
from shared.runtime.schema import Amount, Instant, LongText, PositiveAmount, RegionCode, Schema, ShortText

Level = Literal["central", "province", "city", "county"]


class SourceIn(Schema):
    level: Level
    year: Year
    amount: PositiveAmount
    document_no: ShortText
    purpose: Purpose | None = None


class SourceOut(Schema):
    """``allocated`` has been given to units, ``available`` has not."""

    id: UUID
    region_code: str
    level: Level
    year: int
    amount: Amount
    allocated: Amount
    available: Amount
    document_no: str
    purpose: Purpose | None
    created_at: Instant
    version: int


class AllocationIn(Schema):
    source_id: UUID
    region_code: RegionCode
    amount: PositiveAmount
    purpose: Purpose


class AllocationOut(Schema):
    """``amount`` as it stands after ``adjusted``; ``budgeted`` is promised to projects, ``available`` is not.

    ``paid`` does not hold retention money, which is ``retained``.
    """

    id: UUID
    source_id: UUID
    level: Level
    year: int
    document_no: str
    region_code: str
    amount: Amount
    adjusted: Amount
    budgeted: Amount
    available: Amount
    paid: Amount
    retained: Amount
    purpose: Purpose
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
