"""Progress and industry share as they go out. Shares are strings with four places: ``"0.4202"``."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, PlainSerializer

from services.funds_api.progress.rules import Card
from services.funds_api.purposes import Year
from services.funds_api.sources.schemas import Level
from shared.pagination.cursors import DEFAULT_LIMIT, LONGEST_CURSOR, MAX_LIMIT
from shared.runtime.schema import Amount, Day, Schema

Number = Annotated[Decimal, PlainSerializer(str, return_type=str)]


By = Literal["unit_source", "unit", "source", "level", "total", "project"]


class ProgressAsked(Schema):
    """不写年度为当年，不写日期为今天。"""

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT
    cursor: Annotated[str | None, Field(max_length=LONGEST_CURSOR)] = None
    year: Year | None = None
    as_of: Day | None = None
    by: By = "unit_source"


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
    """One unit and source, unit, source, level, project, or all. ``paid``: by the day ``as_of``, what counts as spent.

    ``ahead_points``: percentage points ahead of spending that goes evenly with time. ``card`` is what an
    officer has issued, ``proposed`` what the parameters suggest, with reasons. ``previous_share``: on the same day of
    the year before, of units, levels and all. What a row is not about is null.
    """

    key: str
    region_code: str | None
    region_name: str | None
    source_id: UUID | None
    level: Level | None
    document_no: str | None
    project_id: UUID | None
    project_name: str | None
    year: int
    as_of: date
    allocated: Amount
    paid: Amount
    share: Number
    ahead_points: Number
    previous_share: Number | None
    year_on_year_points: Number | None
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


class FundShareOut(Schema):
    """``kind``: ``management`` (项目管理费), ``settlement`` (易地搬迁集中安置区). ``required`` is the most that may
    be, or the least that must be."""

    key: str
    county_code: str
    fund: str
    kind: Literal["management", "settlement"]
    amount: Amount
    total: Amount
    share: Number
    required: Number
    at_most: bool
    met: bool
