"""Candidates as JSON."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.runtime.schema import Schema


class CandidateSubject(Schema):
    name: str
    id_number: str | None


class Candidate(Schema):
    """``options``: persons of the registry with ``person_id, household_id, region_code, score, reasons``."""

    id: UUID
    warning_id: UUID
    cycle: str
    org_code: str
    indicator: str
    occurred_on: date
    region_code: str
    subject: CandidateSubject
    options: list[dict[str, Any]]
    version: int


class Decision(Schema):
    """Null: the person is none of the options and not in the registry."""

    person_id: UUID | None


class Decided(Schema):
    warning_id: UUID
    cycle: str
    person_id: UUID | None
    match: str
    version: int
