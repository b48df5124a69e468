"""The papers of the library as they come in and go out."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from pydantic.functional_validators import AfterValidator
from pydantic_core import PydanticCustomError

from services.funds_api.projects.rules import State
from shared.runtime.schema import Amount, Day, Instant, LongText, PositiveAmount, Schema, ShortText

MOST_GOALS = 50


class TransitionOut(Schema):
    id: UUID
    project_id: UUID
    from_state: State
    to_state: State
    reason: str | None
    document_no: str | None
    created_at: Instant
    created_by: str


class AppraisalIn(Schema):
    """``appraised_by``: the body that appraised, never a person's name."""

    appraised_by: ShortText
    appraised_on: Day
    result: Literal["passed", "revise", "failed"]
    document_no: ShortText
    note: LongText | None = None


class AppraisalOut(AppraisalIn):
    id: UUID
    project_id: UUID
    created_at: Instant
    created_by: str


class MilestoneIn(Schema):
    name: ShortText
    planned_on: Day


class MilestoneChange(Schema):
    """``reached_on``: the day on which it was reached; ``planned_on``: another day, with its ``reason``."""

    planned_on: Day | None = None
    reached_on: Day | None = None
    reason: LongText | None = None


class MilestoneOut(Schema):
    """``delay_days``: how long after ``planned_on`` it was reached, or by today is not."""

    id: UUID
    project_id: UUID
    project_name: str
    region_code: str
    name: str
    planned_on: date
    first_planned_on: date
    reached_on: date | None
    delay_days: int
    reason: str | None
    changed_at: Instant
    version: int


def _weight(value: Decimal) -> Decimal:
    if value > 100:
        raise PydanticCustomError("weight_too_large", "权重不能超过 100")
    return value


def _reached(value: Decimal) -> Decimal:
    if value < 0:
        raise PydanticCustomError("amount_negative", "完成值不能为负")
    return value


class GoalIn(Schema):
    """``target`` in ``unit``, with two places as text; ``weight`` points of 100 together."""

    name: ShortText
    unit: ShortText
    target: PositiveAmount
    weight: Annotated[PositiveAmount, AfterValidator(_weight)]


class GoalsIn(Schema):
    goals: Annotated[list[GoalIn], Field(min_length=1, max_length=MOST_GOALS)]


class GoalsOut(Schema):
    id: UUID
    project_id: UUID
    goals: list[GoalIn]
    created_at: Instant
    created_by: str


class ActualIn(Schema):
    name: ShortText
    actual: Annotated[Amount, AfterValidator(_reached)]


class EvaluationIn(Schema):
    """What each of the project's goals came to."""

    evaluated_on: Day
    goals: Annotated[list[ActualIn], Field(min_length=1, max_length=MOST_GOALS)]
    document_no: ShortText | None = None


class GoalOut(GoalIn):
    actual: Amount


class EvaluationOut(Schema):
    """``result`` by the county's grades, in the version ``rule_version``."""

    id: UUID
    project_id: UUID
    goals_id: UUID
    evaluated_on: date
    document_no: str | None
    goals: list[GoalOut]
    score: Amount
    result: Literal["excellent", "good", "fair", "poor"]
    rule_version: int
    created_at: Instant
    created_by: str
