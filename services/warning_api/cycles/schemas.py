"""Cycles, nil reports and indicators as JSON."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints

from services.warning_api.cycles.rules import CYCLE
from shared.runtime.schema import Amount, Code, Day, Instant, Schema, ShortText

#: A month, ``2026-11``.
CycleCode = Annotated[str, StringConstraints(pattern=f"^{CYCLE.pattern}$")]


class DepartmentPush(Schema):
    """``warnings``: null where it is small, or would tell one that is, for all but the county and the department."""

    org_code: str
    name: str
    state: Literal["pushed", "nil_report", "missing"]
    late: bool
    batches: int
    warnings: int | None
    reminded_on: list[date]


class Cycle(Schema):
    cycle: str
    opens_on: date
    closes_on: date
    state: Literal["upcoming", "open", "closed"]
    departments: list[DepartmentPush]
    version: int


class Reopening(Schema):
    """Let one department push after closing, until a day; its batches are marked late."""

    org_code: Code
    reason: ShortText
    until: Day | None = None


class CycleEdit(Schema):
    opens_on: Day | None = None
    closes_on: Day | None = None
    reopen: Reopening | None = None


class NilReportIn(Schema):
    cycle: CycleCode


class NilReport(Schema):
    id: UUID
    org_code: str
    cycle: str
    late: bool
    filed_at: Instant


class Threshold(Schema):
    household_type: str
    amount: Amount


class Indicator(Schema):
    code: str
    org_code: str
    name: str
    unit: str | None
    thresholds: list[Threshold]
    risk_type: str
