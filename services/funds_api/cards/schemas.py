"""Cards as JSON."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.funds_api.cards.rules import Kind, Rule, State
from services.funds_api.purposes import Year
from shared.runtime.schema import Instant, RegionCode, Schema

Reasoned = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class ReasonOut(Schema):
    """``proposes``: what this reason alone would do."""

    code: Rule
    message: str
    proposes: Kind


class Proposal(Schema):
    """What the rules propose for a unit; ``card``: the gravest that stands."""

    region_code: str
    year: int
    as_of: date
    proposed: Kind
    reasons: list[ReasonOut]
    card: Literal["none", "yellow", "red"]


class CardIn(Schema):
    """``source_id``: where the card is for one source alone. ``note`` is needed where no rule proposes the card."""

    region_code: RegionCode
    year: Year
    kind: Kind
    source_id: UUID | None = None
    note: Reasoned | None = None


class AppealIn(Schema):
    reason: Reasoned


class DecisionIn(Schema):
    to: Literal["upheld", "lifted"]
    reason: Reasoned


class Card(Schema):
    """``reasons``: as they were when it was issued. ``allowed``: what it can become."""

    id: UUID
    region_code: str
    year: int
    source_id: UUID | None
    kind: Kind
    state: State
    reasons: list[ReasonOut]
    note: str
    issued_by: str
    issued_at: Instant
    appeal: str | None
    appealed_by: str | None
    appealed_at: Instant | None
    decision: str | None
    decided_by: str | None
    decided_at: Instant | None
    allowed: list[State] = Field(description="可转到的状态")
    version: int
