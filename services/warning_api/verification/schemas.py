"""Answers of townships as JSON."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.runtime.schema import Amount, Code, LongText, Schema, ShortText

Outcome = Literal[
    "risk_confirmed", "no_risk", "already_covered", "needs_department", "not_found", "moved", "deceased"
]

RiskType = Literal[
    "illness",
    "disaster",
    "disability",
    "schooling",
    "labour_shortage",
    "accident",
    "business_failure",
    "unstable_work",
    "unsafe_housing",
    "unsafe_water",
    "other",
]


class ClueOutcome(Schema):
    warning_id: UUID
    outcome: Outcome


class Guarantees(Schema):
    """两不愁三保障 and drinking water: whether each is secure; null where it was not looked at."""

    compulsory_education: bool | None = None
    basic_medical: bool | None = None
    housing: bool | None = None
    water: bool | None = None


class VerificationItem(Schema):
    """One visit. ``version``: of the task as it was when the township read it."""

    task_id: UUID
    outcome: Outcome
    visited_on: date
    verifiers: Annotated[list[ShortText], Field(min_length=1, max_length=20)]
    needs_org: Code | None = None
    clues: Annotated[list[ClueOutcome], Field(max_length=500)] = []
    risk_types: list[RiskType] = []
    per_capita_income: Amount | None = None
    guarantees: Guarantees | None = None
    note: LongText | None = None
    version: int | None = None


class ItemError(Schema):
    field: str
    code: str
    message: str


class ItemResult(Schema):
    """``status``: ``accepted``, ``unchanged`` (answered so before), ``rejected`` or ``not_found``."""

    task_id: str | None
    status: Literal["accepted", "unchanged", "rejected", "not_found"]
    errors: list[ItemError]


class VerificationResult(Schema):
    accepted: int
    rejected: int
    items: list[ItemResult]
