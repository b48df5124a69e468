"""Projects as they come in and go out."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.funds_api.projects.rules import State
from services.funds_api.purposes import Purpose, Year
from shared.runtime.schema import Amount, Instant, LongText, PositiveAmount, RegionCode, Schema, ShortText

#: How many allocations one project may be put together from, and how many years it may be planned for.
MOST_ALLOCATIONS = 100
MOST_YEARS = 20


class FundingIn(Schema):
    allocation_id: UUID
    amount: PositiveAmount


class PlannedYear(Schema):
    """One year of a rolling plan (滚动项目库)."""

    year: Year
    amount: Amount


Plan = Annotated[list[PlannedYear], Field(max_length=MOST_YEARS)]


class ProjectIn(Schema):
    """``budget`` is the sum of the allocations where it is not given; ``plan``: the years it is planned for."""

    name: ShortText
    region_code: RegionCode
    category: Purpose
    year: Year
    allocations: Annotated[list[FundingIn], Field(max_length=MOST_ALLOCATIONS)] = []
    budget: PositiveAmount | None = None
    plan: Plan = []


class ProjectChange(Schema):
    """What is left out stays as it is."""

    name: ShortText | None = None
    budget: PositiveAmount | None = None
    plan: Plan | None = None


class SelectionIn(Schema):
    """``document_no``: the year's plan that lists the project."""

    year: Year
    document_no: ShortText


class FundingChangeIn(Schema):
    """``amount`` is signed: less than zero gives back to the allocation."""

    allocation_id: UUID
    amount: Amount
    reason: LongText


class FundingOut(Schema):
    """A part of a project: ``paid`` counts as spent; ``retained``, ``transferred`` and ``held`` have left it
    too, ``committed`` is bound by contracts."""

    allocation_id: UUID
    amount: Amount
    paid: Amount
    retained: Amount
    transferred: Amount
    held: Amount
    committed: Amount


class ProjectOut(Schema):
    """``available`` is what can still be paid without a contract. ``overdue``: past ``due_on`` and not completed."""

    id: UUID
    name: str
    region_code: str
    category: Purpose
    year: int
    budget: Amount
    allocated: Amount
    paid: Amount
    retained: Amount
    transferred: Amount
    held: Amount
    committed: Amount
    available: Amount
    state: State
    suspended_from: State | None
    appraisal_document_no: str | None
    selection_document_no: str | None
    plan: list[PlannedYear]
    allocations: list[FundingOut]
    due_on: date | None
    overdue: bool
    created_at: Instant
    changed_at: Instant
    version: int


class TransitionIn(Schema):
    """``appraisal_document_no`` is needed to start where the county requires an appraisal and none is recorded;
    ``reason`` to suspend or to terminate."""

    to: State
    appraisal_document_no: ShortText | None = None
    reason: LongText | None = None
    document_no: ShortText | None = None
