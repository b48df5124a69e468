"""Matches as JSON: decoded and encoded by msgspec, five thousand at a time."""

from datetime import date
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from msgspec import Meta, Struct

MOST_SUBJECTS: Final = 5_000

Text = Annotated[str, Meta(max_length=200)]


class Subject(Struct):
    """Somebody looked for. ``id_index`` is the hexadecimal HMAC-SM3 of the number under a matching key."""

    ref: Text
    id_number: Text | None = None
    id_index: Annotated[str, Meta(pattern="^[0-9a-fA-F]{64}$")] | None = None
    index_key_id: int | None = None
    name: Text | None = None
    birth_date: date | None = None
    region_code: Text | None = None


class Subjects(Struct):
    subjects: Annotated[list[Subject], Meta(max_length=MOST_SUBJECTS)]


class Candidate(Struct):
    person_id: UUID
    household_id: UUID
    region_code: str
    score: float
    reasons: list[str]


class Match(Struct):
    ref: str
    match: Literal["exact", "candidate", "none"] = "none"
    status: str | None = None
    person_id: UUID | None = None
    household_id: UUID | None = None
    household_type: str | None = None
    monitoring_type: str | None = None
    region_code: str | None = None
    reasons: list[str] = []
    candidates: list[Candidate] = []


class Matches(Struct):
    matches: list[Match]


def json_schema_of(kind: type[Struct]) -> dict[str, Any]:
    """For the OpenAPI document."""
    from msgspec.json import schema

    return schema(kind)
