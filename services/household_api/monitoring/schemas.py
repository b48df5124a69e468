"""Monitoring cases and the events that open them, as JSON."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.runtime.schema import Amount, BirthDate, Instant, LongText, RegionCode, Schema


class Guarantees(Schema):
    compulsory_education: bool | None = None
    basic_medical: bool | None = None
    housing: bool | None = None
    water: bool | None = None


class NewCase(Schema):
    household_id: UUID
    risk_types: list[str] = Field(default_factory=list, max_length=20)
    per_capita_income: Amount | None = None
    guarantees: Guarantees | None = None
    note: LongText = ""


class NewState(Schema):
    """``monitoring_type`` is taken on approval."""

    to: str = Field(max_length=64)
    reason: LongText = ""
    monitoring_type: str | None = Field(default=None, max_length=64)


class Step(Schema):
    state: str
    reason: str
    made_by: str
    made_at: Instant


class CaseInList(Schema):
    id: UUID
    household_id: UUID
    region_code: str
    state: str
    monitoring_type: str | None
    risk_types: list[str]
    source_task_id: UUID | None
    opened_at: Instant
    due_on: date = Field(description="从线索到县级批准的期限")
    overdue: bool
    version: int


class Case(CaseInList):
    per_capita_income: Amount | None
    guarantees: Guarantees | None
    note: str
    allowed: list[str] = Field(description="此状态可流转到")
    history: list[Step]


class VerifiedTask(Schema):
    """The data of ``bihuan.task.verified``."""

    task_id: UUID
    cycle: str = Field(max_length=7)
    outcome: str = Field(max_length=64)
    household_id: UUID | None = None
    person_id: UUID | None = None
    region_code: RegionCode
    risk_types: list[str] = Field(default_factory=list, max_length=20)
    per_capita_income: Amount | None = None
    guarantees: Guarantees | None = None
    note: LongText = ""
    register_as: str | None = Field(default=None, max_length=64)


class Subject(Schema):
    """Whom an unregistered task is about, as warning_api tells it."""

    name: str = Field(min_length=1, max_length=100)
    id_number: str | None = None
    phone: str | None = None
    region_code: RegionCode
    birth_date: BirthDate | None = None
    address: str | None = None


RefusalReason = Literal["already_monitored", "household_unknown", "region_unknown"]
