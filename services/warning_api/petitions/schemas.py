"""Petitions as JSON."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.runtime.schema import Code, Day, Instant, LongText, RegionCode, Schema

State = Literal["received", "passed", "checked", "handled", "answered", "returned", "closed"]


class PetitionIn(Schema):
    """``region_code`` of nine or twelve digits passes it to the township at once; without one the county passes it
    later. The days run from ``received_on`` (parameter ``petition_days``, calendar days)."""

    from_level: Literal["national", "province", "city"]
    document_no: Code | None = None
    received_on: Day
    region_code: RegionCode | None = None
    household_id: UUID | None = None
    subject: Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class StepIn(Schema):
    """``region_code``: to which township it is passed; ``answered_on``: when the petitioner was answered."""

    to: State
    text: LongText = ""
    region_code: RegionCode | None = None
    answered_on: Day | None = None
    attachments: Annotated[list[UUID], Field(default_factory=list, max_length=20)]


class Step(Schema):
    state: str
    text: str
    attachments: list[UUID]
    made_by: str
    made_at: Instant


class Petition(Schema):
    """``allowed``: the states that the caller may take it to."""

    id: UUID
    from_level: str
    document_no: str | None
    received_on: date
    due_on: date
    overdue: bool
    region_code: str
    address: str
    township_code: str | None
    household_id: UUID | None
    subject: str
    state: State
    allowed: list[str]
    handled_by: str | None
    answered_on: date | None
    made_at: Instant
    updated_at: Instant
    closed_at: Instant | None
    version: int


class PetitionInFull(Petition):
    history: list[Step]
