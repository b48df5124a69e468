"""Problems and their rectification as JSON."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from shared.runtime.schema import Code, Day, Instant, LongText, RegionCode, Schema, ShortText, TableItem

Source = Literal["inspection", "survey", "recheck", "quality", "other"]
Level = Literal["national", "province", "city", "county"]
Party = Literal["department", "township"]
PartState = Literal["assigned", "rectified", "returned", "accepted", "withdrawn"]
Stratum = Literal["township", "department", "source"]
Told = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Attachments = Annotated[list[UUID], Field(default_factory=list, max_length=20)]


class ProblemIn(TableItem):
    """``region_code`` of nine or twelve digits assigns it to the township, ``org_code`` to the department; a problem
    of an inspection goes to both. ``due_on`` by the parameter ``problem_days`` where it is not given."""

    source: Source = "inspection"
    source_name: ShortText
    source_level: Level | None = None
    found_on: Day
    region_code: RegionCode | None = None
    org_code: Code | None = None
    household_id: UUID | None = None
    description: Told
    due_on: Day | None = None


class Part(Schema):
    """``returns``: how often the county has sent it back; ``allowed``: the states that the caller may take it to."""

    party: Party
    code: str
    name: str
    state: PartState
    due_on: date
    overdue: bool
    rectified_by: str | None
    rectified_at: Instant | None
    accepted_by: str | None
    accepted_at: Instant | None
    returns: int
    allowed: list[str]


class Problem(Schema):
    """``state``: that of the part which is furthest behind. ``subject``: whom a telephone survey called, in full for
    those who answer for the household."""

    id: UUID
    source: str
    source_name: str
    source_level: str | None
    source_id: UUID | None
    found_on: date
    region_code: str
    address: str
    township_code: str | None
    org_code: str | None
    household_id: UUID | None
    subject: str | None
    description: str
    due_on: date
    overdue: bool
    state: PartState
    parts: list[Part]
    made_by: str
    made_at: Instant
    updated_at: Instant
    closed_at: Instant | None
    version: int


class Step(Schema):
    party: str
    state: str
    text: str
    attachments: list[UUID]
    made_by: str
    made_at: Instant


class ProblemInFull(Problem):
    history: list[Step]


class FiledItem(Schema):
    """``line``: the row of a spreadsheet, or the place in the array, from 1. ``id`` of a duplicate: of the problem that
    stands."""

    line: int
    status: Literal["accepted", "duplicate", "rejected"]
    id: UUID | None
    errors: list[dict[str, str]]


class Filed(Schema):
    accepted: int
    duplicate: int
    rejected: int
    items: list[FiledItem]


class StepIn(Schema):
    """``party``: which part the county means; both that can go there where it names none."""

    to: PartState
    party: Party | None = None
    text: LongText = ""
    attachments: Attachments


class RecheckIn(Schema):
    """``size`` or ``share`` ("0.10") of the accepted problems that were not re-checked since."""

    size: Annotated[int, Field(ge=1, le=100_000)] | None = None
    share: Annotated[Decimal, Field(gt=0, le=1)] | None = None
    strata: Annotated[list[Stratum], Field(min_length=1, max_length=3)] = ["township"]
    source: Source | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "RecheckIn":
        if (self.size is None) == (self.share is None):
            raise ValueError("请在 size 和 share 中给出一项")
        return self


class RecheckItem(Schema):
    problem_id: UUID
    stratum: str
    result: Literal["passed", "failed"] | None
    text: str
    checked_by: str | None
    checked_at: Instant | None


class Recheck(Schema):
    """``drawn``: per stratum how many there were and how many were drawn. The order within a stratum is that of the
    SHA-256 of ``seed|id``."""

    id: UUID
    seed: str
    asked: dict[str, Any]
    strata: list[str]
    drawn: dict[str, dict[str, int]]
    passed: int
    failed: int
    waiting: int
    made_by: str
    made_at: Instant


class RecheckInFull(Recheck):
    items: list[RecheckItem]


class ResultIn(Schema):
    result: Literal["passed", "failed"]
    text: LongText = ""


class CountRow(Schema):
    """Parts by department or township, problems by source; withdrawn ones apart. Null where a small cell is hidden.

    ``rectified``: by the party, checked or not; ``checked``: and accepted by the county;
    ``…_met``: whether that is the share that the county's parameters ask for.
    """

    key: str
    name: str
    found: int | None
    rectified: int | None
    checked: int | None
    returned: int | None
    overdue: int | None
    rechecked: int | None
    recheck_failed: int | None
    withdrawn: int | None
    rectified_share: float | None
    checked_share: float | None
    rectified_met: bool | None
    checked_met: bool | None
