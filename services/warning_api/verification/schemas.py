"""Answers of townships as JSON."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from shared.runtime.schema import Amount, Code, Day, Instant, LongText, Schema, ShortText, TableItem

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


class Registration(Schema):
    """What the registry is told of a household that it did not know."""

    household_type: Literal["ordinary", "lifted", "low_income"] = "ordinary"
    address: ShortText | None = None


def _plain_yes(value: object) -> object:
    """``true`` registers with what is known, ``false`` does not."""
    if isinstance(value, bool):
        return {} if value else None
    return value


#: What ``clues`` are where the cell of a sheet names none of the task's, and what is said of it.
NO_SUCH_CLUE = "应写作“1无风险、2确认有风险”，编号以“预警线索”一列的为准，只有一条线索的不必填写"


def _numbered(value: object) -> object:
    if value == NO_SUCH_CLUE:
        raise PydanticCustomError("not_a_clue", NO_SUCH_CLUE)
    return value


class VerificationItem(TableItem):
    """One visit. ``version``: of the task as it was when the township read it, and of an answered task the present
    one, by which the item is a correction; ``register``: true, or more of the household, where the person visited is
    not in the registry and belongs there; ``row_key``: of a row of a pulled sheet; ``attachments``: ids of what was
    uploaded to this task."""

    task_id: UUID
    outcome: Outcome
    visited_on: Day
    verifiers: Annotated[list[ShortText], Field(min_length=1, max_length=20)]
    needs_org: Code | None = None
    clues: Annotated[
        list[ClueOutcome], Field(default_factory=list, max_length=500), BeforeValidator(_numbered)
    ]
    risk_types: Annotated[list[RiskType], Field(default_factory=list)]
    per_capita_income: Amount | None = None
    guarantees: Guarantees | None = None
    note: LongText | None = None
    version: int | None = None
    row_key: Annotated[str | None, Field(max_length=200)] = None
    attachments: Annotated[list[UUID], Field(default_factory=list, max_length=20)]
    registration: Annotated[Registration | None, BeforeValidator(_plain_yes)] = Field(
        default=None, alias="register"
    )


class ItemError(Schema):
    field: str
    code: str
    message: str


class StandingAnswer(Schema):
    """What somebody has answered before: the reason why another answer is refused."""

    outcome: Outcome
    visited_on: date
    verified_at: Instant


class ItemResult(Schema):
    """``status``: ``accepted``, ``unchanged`` (answered so before), ``rejected`` or ``not_found``. ``version``: of the
    task with the answer that was taken, by which it can be corrected; ``answer``: the one that stands in the way."""

    task_id: str | None
    status: Literal["accepted", "unchanged", "rejected", "not_found"]
    errors: list[ItemError]
    version: int | None = None
    answer: StandingAnswer | None = None


class VerificationResult(Schema):
    accepted: int
    rejected: int
    items: list[ItemResult]


class Visit(Schema):
    """One answer of a task; the last counts. What was found in the house, and by whom, is for those who answer for it:
    null for others."""

    id: UUID
    outcome: Outcome
    visited_on: date
    verifiers: list[str] | None
    needs_org: str | None
    clues: list[ClueOutcome]
    risk_types: list[str] | None
    per_capita_income: Amount | None
    guarantees: Guarantees | None
    note: str | None
    attachments: list[UUID] | None
    verified_at: Instant


class Visits(Schema):
    items: list[Visit]
    next_cursor: None = None
