"""Rankings as JSON."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import StringConstraints

from services.warning_api.cycles.quarters import QuarterCode
from shared.runtime.schema import Instant, Schema


class RankingIn(Schema):
    quarter: QuarterCode


class ComponentScore(Schema):
    """``value`` = numerator ÷ denominator; ``score`` 0 to 100. ``small``: the denominator is below the parameter
    ``ranking_small_denominator``, so that a single row moves much. Null without rows, and where few rows could be
    somebody (``hidden``)."""

    component: str
    name: str
    counted: str
    of: str
    weight: str
    numerator: int | None
    denominator: int | None
    value: str | None
    score: str | None
    small: bool
    hidden: bool


class Line(Schema):
    """``last``: certainly among the last places; ``tied_at_border``: as many points as one of them, and not counted
    among them, since they are more than there are places. ``serves``: units without staff that count with it."""

    township_code: str
    name: str
    rank: int | None
    score: str | None
    last: bool
    tied_at_border: bool
    serves: list[str]
    components: list[ComponentScore]


class Ranking(Schema):
    """``complete``: the quarter had ended. ``used``: the parameters by which it was made, with their versions."""

    id: UUID
    quarter: str
    edition: int
    as_of: date
    complete: bool
    state: Literal["computed", "published"]
    used: list[dict[str, Any]]
    made_by: str
    made_at: Instant
    published_by: str | None
    published_at: Instant | None
    version: int


class RankingInFull(Ranking):
    lines: list[Line]


class EvidenceRow(Schema):
    """``item``: the id or the month; ``counted``: of the numerator; ``detail``: what it looked like then."""

    item: str
    counted: bool
    detail: dict[str, Any]


class Proposal(Schema):
    """``occurrence``: the how manieth time, counting what was issued (``earlier``: those proposals)."""

    id: UUID
    ranking_id: UUID
    quarter: str
    township_code: str
    name: str
    kind: Literal["warning", "yellow_card", "removal_proposed"]
    occurrence: int
    earlier: list[UUID]
    state: Literal["proposed", "issued", "dismissed", "superseded"]
    reason: str
    decided_by: str | None
    decided_at: Instant | None
    version: int


class DecisionIn(Schema):
    decision: Literal["issue", "dismiss"]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=4000)]
