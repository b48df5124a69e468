"""Progress and industry share as they go out. Shares are strings with four places: ``"0.4202"``."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import PlainSerializer

from services.funds_api.progress.rules import Card
from services.funds_api.sources.schemas import Level
from shared.runtime.schema import Amount, Schema

Number = Annotated[Decimal, PlainSerializer(str, return_type=str)]


class MilestoneOut(Schema):
    """The last milestone whose day has come; before the first one, the first, not yet ``due``."""

    month: int
    due_on: date
    due: bool
    required: Number
    met: bool


class ReasonOut(Schema):
    code: str
    message: str


class ProgressOut(Schema):
    """One unit and source. ``paid``: by the day ``as_of``, without retention money and reversed payments.

    ``ahead_points``: percentage points ahead of spending that goes evenly with time. ``card`` is what an
    officer has issued, ``proposed`` what the parameters suggest, with reasons.
    """

    key: str
    region_code: str
    region_name: str
    source_id: UUID
    level: Level
    document_no: str
    year: int
    as_of: date
    allocated: Amount
    paid: Amount
    share: Number
    ahead_points: Number
    milestone: MilestoneOut
    card: Card
    proposed: Card
    reasons: list[ReasonOut]


class IndustryShareOut(Schema):
    """The sources of one level (``key``): ``industry`` is allocated for industry, of ``total`` received."""

    key: str
    county_code: str
    level: Level
    year: int
    industry: Amount
    total: Amount
    share: Number
    required: Number
    met: bool
