"""Projects as they come in and go out."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.funds_api.projects.rules import State
from services.funds_api.purposes import Purpose, Year
from shared.runtime.schema import Amount, Instant, PositiveAmount, RegionCode, Schema, ShortText

#: How many allocations one project may be put together from.
MOST_ALLOCATIONS = 100


class FundingIn(Schema):
    allocation_id: UUID
    amount: PositiveAmount


class ProjectIn(Schema):
    """``budget`` is the sum of the allocations where it is not given."""

    name: ShortText
    region_code: RegionCode
    category: Purpose
    year: Year
    allocations: Annotated[list[FundingIn], Field(max_length=MOST_ALLOCATIONS)] = []
    budget: PositiveAmount | None = None


class FundingOut(Schema):
    """A part of a project: ``paid`` without retention money, which is ``retained``."""

    allocation_id: UUID
    amount: Amount
    paid: Amount
    retained: Amount


class ProjectOut(Schema):
    """``available`` is what can still be paid."""

    id: UUID
    name: str
    region_code: str
    category: Purpose
    year: int
    budget: Amount
    allocated: Amount
    paid: Amount
    retained: Amount
    available: Amount
    state: State
    appraisal_document_no: str | None
    allocations: list[FundingOut]
    created_at: Instant
    changed_at: Instant
    version: int


class TransitionIn(Schema):
    """``appraisal_document_no`` is needed to start where the county requires an appraisal."""

    to: State
    appraisal_document_no: ShortText | None = None
