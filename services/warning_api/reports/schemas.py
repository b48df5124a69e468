"""Self-reports, screenings and routine checks as JSON."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.warning_api.verification.schemas import RiskType
from shared.runtime.schema import Day, Instant, RegionCode, Schema

Text = Annotated[str, Field(max_length=200)]


class SelfReportIn(Schema):
    """``region_code``: where the farmer lives, his village; with a village's code it may be left out. ``occurred_on``:
    since when, today if nothing is said."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    id_number: Text | None = None
    phone: Annotated[str, Field(max_length=40)] | None = None
    region_code: RegionCode | None = None
    risk_types: Annotated[list[RiskType], Field(max_length=11)] = []
    occurred_on: Day | None = None
    detail: Annotated[str, Field(max_length=2000)] | None = None


class Receipt(Schema):
    """Always the same, whoever is reported."""

    receipt_no: str
    state: Literal["received", "visited", "closed"]


class Report(Receipt):
    """``by_farmer``: with a village's code; otherwise an officer reported for the farmer."""

    cycle: str
    region_code: str
    by_farmer: bool
    reported_at: Instant


class ReportCode(Schema):
    id: UUID
    region_code: str
    expires_on: date
    made_by: str
    made_at: Instant
    revoked_by: str | None
    revoked_at: Instant | None


class NewReportCode(Schema):
    """``code`` is shown this once; ``qr_text`` goes into the QR code that the village prints."""

    id: UUID
    region_code: str
    village: str
    code: str | None
    qr_text: str | None
    expires_on: date


class RowError(Schema):
    field: str
    code: str
    message: str


class ScreenedRow(Schema):
    """``line``: the place in the list, or the line of the table."""

    line: int
    status: Literal["accepted", "duplicate", "rejected"]
    errors: list[RowError]


class Screening(Schema):
    """Counts of rows. A row becomes a clue for each of its kinds of difficulty."""

    id: UUID
    cycle: str
    state: str
    received: int
    accepted: int
    duplicate: int
    rejected: int
    items: list[ScreenedRow]
    filed_at: Instant


class ScreeningProgress(Schema):
    """``clues``: how many were filed; ``matches`` counts them by the result of the comparison."""

    id: UUID
    cycle: str
    state: str
    clues: int
    closed: int
    matches: dict[str, int]
    filed_by: str
    filed_at: Instant
    version: int


class RoutineCheckIn(Schema):
    """``found`` 0 is the zero report."""

    checked_on: Day
    villages: Annotated[int, Field(ge=0, le=10_000)]
    households_visited: Annotated[int, Field(ge=0, le=1_000_000)]
    found: Annotated[int, Field(ge=0, le=1_000_000)]
    note: Annotated[str, Field(max_length=2000)] | None = None


class RoutineCheck(Schema):
    """``superseded``: a zero report of a month in which households were reported by screening afterwards."""

    township_code: str
    township: str
    cycle: str
    state: Literal["reported", "zero_report", "superseded", "missing"]
    due_on: date
    overdue: bool
    late: bool | None
    checked_on: date | None
    villages: int | None
    households_visited: int | None
    found: int | None
    note: str | None
    reported_by: str | None
    reported_at: Instant | None
    reminded_on: list[date]
    version: int
