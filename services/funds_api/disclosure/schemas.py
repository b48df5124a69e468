"""What is published: these columns and no others; none of them is about a person (policy.md, Funds)."""

from datetime import date
from typing import Literal
from uuid import UUID

from services.funds_api.purposes import Purpose
from services.funds_api.sources.schemas import Level
from shared.runtime.schema import Amount, Day, Instant, Schema, ShortText

Kind = Literal["source", "allocation", "project", "asset", "income"]


class DisclosureOut(Schema):
    """A source, an allocation, a project, an asset that is not a household's, or a plan for a station's income.

    ``amount``: received, allocated, arranged, worth at first, or planned; ``paid`` out of it; ``level`` and
    ``document_no`` of the source, or of the village's decision; ``name`` and ``state`` of a project, an asset, or of
    the station and the plan. ``first_shown_on``: it has been public since this day, on which it was
    recorded.
    """

    kind: Kind
    id: UUID
    county_code: str
    year: int
    region_code: str
    region_name: str
    level: Level | None
    document_no: str | None
    name: str | None
    purpose: Purpose | None
    state: str | None
    amount: Amount
    paid: Amount | None
    first_shown_on: date


class PostingIn(Schema):
    """An arrangement was put up where people read it."""

    kind: Literal["allocation", "project"]
    subject_id: UUID
    posted_on: Day
    place: ShortText


class Posting(PostingIn):
    id: UUID
    region_code: str
    recorded_by: str
    recorded_at: Instant


class Finding(Schema):
    """What was not put up by ``due_on``."""

    kind: Literal["allocation", "project"]
    subject_id: UUID
    region_code: str
    name: str
    due_on: date
    overdue_days: int
