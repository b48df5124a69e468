"""Assets as they come in and go out."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from services.funds_api.assets.rules import (
    Decision,
    DisposalKind,
    DisposalState,
    Finding,
    IncomeKind,
    KeeperKind,
    Kind,
    OwnerKind,
    State,
)
from services.funds_api.contracts.schemas import CreditCode
from services.funds_api.purposes import Year
from shared.runtime.schema import (
    Amount,
    AmountOrNothing,
    Day,
    Instant,
    PositiveAmount,
    RegionCode,
    Schema,
    ShortText,
)

Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class OwnerIn(Schema):
    """A village collective or a unit has its name and code (GB 32100); a household is known by its id alone."""

    kind: OwnerKind
    name: ShortText | None = None
    credit_code: CreditCode | None = None
    household_id: UUID | None = None


class OwnerOut(Schema):
    """``household_id`` is not shown to supervisors and other systems."""

    kind: OwnerKind
    name: str | None
    credit_code: str | None
    household_id: UUID | None


class Keeper(Schema):
    """Who looks after it. A person's name is shown in full to finance, county and township, masked to others."""

    kind: KeeperKind
    name: ShortText


class AssetIn(Schema):
    project_id: UUID
    register_no: ShortText
    name: ShortText
    kind: Kind
    original_value: PositiveAmount
    region_code: RegionCode
    location: ShortText
    owner: OwnerIn
    keeper: Keeper | None = None
    document_no: ShortText | None = None


class AssetChange(Schema):
    """What is left out stays as it is; a ``keeper`` of null is one that has gone. Every change is a new version."""

    name: ShortText | None = None
    location: ShortText | None = None
    owner: OwnerIn | None = None
    keeper: Keeper | None = None
    reason: Reason
    document_no: ShortText | None = None


class AssetOut(Schema):
    """``income``: received in all; ``reviewed_in``: the last year that has a review, and what it said."""

    id: UUID
    project_id: UUID
    register_no: str
    kind: Kind
    region_code: str
    name: str
    location: str
    original_value: Amount
    owner: OwnerOut
    keeper: Keeper | None
    state: State
    income: Amount
    reviewed_in: int | None
    decision: Decision | None
    created_at: Instant
    version: int


class AssetVersion(Schema):
    """What was said of an asset from ``changed_at`` until the next version."""

    version: int
    name: str
    location: str
    owner: OwnerOut
    keeper: Keeper | None
    reason: str | None
    document_no: str | None
    changed_at: Instant
    changed_by: str


class ReviewIn(Schema):
    year: Year
    decision: Decision
    reason: Reason


class ReviewOut(ReviewIn):
    asset_id: UUID
    created_at: Instant
    created_by: str


class IncomeIn(Schema):
    """``year``: the year that it is for."""

    year: Year
    kind: IncomeKind
    amount: PositiveAmount
    received_on: Day
    document_no: ShortText | None = None


class IncomeOut(Schema):
    """A reversal has the negative amount and names what it reverses."""

    id: UUID
    asset_id: UUID
    year: int
    kind: IncomeKind
    amount: Amount
    received_on: date
    document_no: str | None
    reversal_of: UUID | None
    reason: str | None
    created_at: Instant


class ReasonIn(Schema):
    reason: Reason


class DisposalIn(Schema):
    """``proceeds``: what came of it; a sale has some."""

    kind: DisposalKind
    document_no: ShortText
    reason: Reason
    proceeds: AmountOrNothing


class DisposalOut(Schema):
    id: UUID
    asset_id: UUID
    kind: DisposalKind
    document_no: str
    reason: str
    proceeds: Amount
    state: DisposalState
    decision: str | None
    decided_at: Instant | None
    decided_by: str | None
    created_at: Instant
    created_by: str
    version: int


class FindingOut(Schema):
    """What is wrong with an asset as of ``year``."""

    finding: Finding
    message: str
    year: int
    asset_id: UUID
    project_id: UUID
    register_no: str
    name: str
    kind: Kind
    region_code: str
