"""Candidates as JSON."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.runtime.schema import Instant, Schema


class CandidateSubject(Schema):
    name: str
    id_number: str | None


class Candidate(Schema):
    """``options``: persons of the registry with ``person_id, household_id, region_code, score, reasons``.

    ``decided_before``: the warning for which a person decided it; this one took the decision over.
    """

    id: UUID
    warning_id: UUID
    cycle: str
    org_code: str
    indicator: str
    occurred_on: date
    region_code: str
    subject: CandidateSubject
    options: list[dict[str, Any]]
    person_id: UUID | None
    decided_by: str | None
    decided_at: Instant | None
    decided_before: UUID | None
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


class Undone(Schema):
    """``task_state``: of the task that the warning has left; ``closed`` where it was the only clue."""

    warning_id: UUID
    cycle: str
    task_id: UUID
    task_state: str
    version: int
