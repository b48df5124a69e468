"""Telephone surveys as JSON."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from services.warning_api.cycles.quarters import QuarterCode
from shared.runtime.schema import Code, Day, Instant, LongText, RegionCode, Schema, ShortText, TableItem

Stratum = Literal["township", "household_type", "outcome"]
CallState = Literal["waiting", "reached", "unreachable", "refused"]


class Question(Schema):
    """``problem_when``: true or false of a yes_no, some of the choices of a choice, ``answered`` of a text; null
    where no answer is a problem. ``org_code``: the department that answers for the problem besides the township."""

    question: ShortText
    kind: Literal["yes_no", "choice", "text"]
    choices: Annotated[list[ShortText], Field(max_length=20)] = []
    problem_when: bool | list[str] | Literal["answered"] | None = None
    org_code: Code | None = None


class SurveyIn(Schema):
    """``size`` or ``share`` ("0.02") of the households that were verified in the quarter and that no other
    survey of it has drawn, in ``region_code``."""

    quarter: QuarterCode
    size: Annotated[int, Field(ge=1, le=20_000)] | None = None
    share: Annotated[Decimal, Field(gt=0, le=1)] | None = None
    strata: Annotated[list[Stratum], Field(min_length=1, max_length=3)] = ["township"]
    region_code: RegionCode | None = None
    script: Annotated[list[Question], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _one_of_them(self) -> "SurveyIn":
        if (self.size is None) == (self.share is None):
            raise ValueError("请在 size 和 share 中给出一项")
        return self


class QuestionCounts(Question):
    """``answers``: how often each was given; of a text, how often anything was said (``answered``)."""

    number: int
    answers: dict[str, int]


class Survey(Schema):
    """``drawn``: per stratum how many households there are (``held``), how many were to be drawn (``wanted``), were
    drawn, and were passed over because no telephone is known. The order within a stratum is that of the SHA-256 of
    ``seed|task id``. ``calls``: households by what came of the call."""

    id: UUID
    quarter: str
    region_code: str
    seed: str
    asked: dict[str, Any]
    strata: list[str]
    drawn: dict[str, dict[str, int]]
    state: Literal["open", "closed"]
    calls: dict[str, int]
    with_problems: int
    made_by: str
    made_at: Instant
    closed_at: Instant | None
    version: int


class SurveyInFull(Survey):
    script: list[QuestionCounts]


class Answer(Schema):
    """``question``: its number, from 1."""

    question: Annotated[int, Field(ge=1, le=50)]
    answer: bool | Annotated[str, Field(max_length=2000)]


class CallIn(Schema):
    """What came of a call. ``called_on``: today where it is not given."""

    state: Literal["reached", "unreachable", "refused"]
    called_on: Day | None = None
    answers: Annotated[list[Answer], Field(max_length=50)] = []
    note: LongText = ""


class CallItem(TableItem, CallIn):
    """``version``: of the sample as it was when it was read."""

    sample_id: UUID
    version: int | None = None


class Sample(Schema):
    """``phone``: its last four digits, in full with a purpose."""

    id: UUID
    position: int
    stratum: str
    task_id: UUID
    name: str
    phone: str
    address: str
    region_code: str
    state: CallState
    called_on: date | None
    answers: list[Answer]
    note: str
    problems: int
    answered_by: str | None
    answered_at: Instant | None
    version: int


class CallVerdict(Schema):
    """``version``: of the sample with the answer that was taken, by which it can be corrected."""

    line: int
    sample_id: str | None
    status: Literal["accepted", "unchanged", "rejected", "not_found"]
    errors: list[dict[str, str]]
    version: int | None = None


class CallVerdicts(Schema):
    accepted: int
    rejected: int
    items: list[CallVerdict]


class ClosingIn(Schema):
    to: Literal["closed"]
