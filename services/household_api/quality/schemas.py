"""Data quality as JSON."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from shared.runtime.schema import Code, Instant, LongText, RegionCode, Schema


class RuleOut(Schema):
    code: str
    severity: Literal["error", "warning", "hint"]
    title: str
    explanation: str
    reference: str = Field(description="政策依据")
    responsible: Literal["village", "township", "county"] = Field(description="负责整改的一级")
    subject: str
    parameters: list[str] = Field(description="规则读取的参数，见 /v1/parameters")


class NewScreening(Schema):
    region: RegionCode | None = Field(default=None, description="只筛查该区划及其下级")
    rules: list[Code] = Field(default_factory=list, max_length=500, description="只试这些规则；空为全部")


class SkippedRule(Schema):
    rule: str
    code: str
    reason: str


class Screening(Schema):
    """``state``: received, done or failed. ``findings``: what the rules found this time, by severity too; of
    these ``opened`` are new and ``reopened`` were called corrected; ``closed`` are gone."""

    id: UUID
    state: Literal["received", "done", "failed"]
    region_code: str
    period: str | None
    rules: list[str]
    findings: int
    by_severity: dict[str, int]
    opened: int
    reopened: int
    closed: int
    skipped: list[SkippedRule]
    parameters_used: list[dict[str, Any]]
    asked_at: Instant
    finished_at: Instant | None
    version: int


class Place(Schema):
    code: str
    name: str


class Finding(Schema):
    """``place``: who is to correct it. ``name``: of the person, or of the household's head."""

    id: UUID
    rule: str
    title: str
    severity: str
    responsible: str
    place: Place
    region_code: str
    subject: str
    subject_id: UUID
    household_id: UUID | None
    household_no: str | None
    person_id: UUID | None
    name: str | None
    evidence: dict[str, Any]
    message: str
    state: str
    due_on: date
    overdue: bool
    found_on: date
    last_found_on: date
    times_found: int
    reopened: int
    closed_on: date | None
    version: int


class FindingStep(Schema):
    state: str
    reason: str
    made_by: str
    made_at: Instant


class FindingInFull(Finding):
    explanation: str
    reference: str
    allowed: list[str]
    history: list[FindingStep]


class NewState(Schema):
    to: str = Field(max_length=64)
    reason: LongText = ""


class StatisticsRow(Schema):
    """``found``: all that was ever found. ``closed``: gone when it was screened again."""

    key: str
    name: str
    found: int
    open: int
    corrected: int
    explained: int
    accepted: int
    closed: int
    overdue: int
    reopened: int
