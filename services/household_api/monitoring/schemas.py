"""Monitoring cases and the events that open them, as JSON."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.household_api.assistance.schemas import PlanOfCase
from services.household_api.monitoring.evidence import (
    Appraisal,
    CrossCheckOfCase,
    Guarantees,
    Notice,
    Review,
    Visit,
)
from shared.runtime.schema import Amount, BirthDate, Instant, LongText, RegionCode, Schema


class NewCase(Schema):
    household_id: UUID
    risk_types: list[str] = Field(default_factory=list, max_length=20)
    per_capita_income: Amount | None = None
    guarantees: Guarantees | None = None
    note: LongText = ""


class NewState(Schema):
    """The next state, and what is shown for it: each at its own step, and only there.

    ``monitoring_type`` is taken on approval; without it the type follows from the household's type and income.
    """

    to: str = Field(max_length=64)
    reason: LongText = ""
    monitoring_type: str | None = Field(default=None, max_length=64)
    green_channel: bool = Field(default=False, description="灾害、事故：先帮扶，后补手续（clue → assisted）")
    natural: bool = Field(default=False, description="风险自然消除（人员亡故、整户迁出等），须说明原因")
    visit: Visit | None = None
    appraisal: Appraisal | None = None
    notice: Notice | None = None
    review: Review | None = None
    cross_check: CrossCheckOfCase | None = None


class Step(Schema):
    state: str
    reason: str
    made_by: str
    made_at: Instant
    place_code: str = Field(description="当时所在的区划")
    evidence: dict[str, Any] | None = Field(description="该步骤所附材料")
    basis: dict[str, Any] | None = Field(description="该步骤依据的参数版本、期限和数字")


class Period(Schema):
    period: int
    started_on: date
    identified_on: date | None
    monitoring_type: str | None
    eliminated_on: date | None
    elimination_kind: str | None = Field(description="measured 经核查消除，natural 自然消除")


class Clock(Schema):
    kind: str = Field(description="approval 县级批准，papers 绿色通道补齐手续，plan 制定帮扶计划")
    period: int
    set_on: date
    due_on: date
    stopped_on: date | None
    overdue: bool


class SpecialWay(Schema):
    to: str
    channel: str


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
    next_due_on: date | None = Field(description="正在计时的各项期限中最早的一个")
    overdue: bool
    period: int
    green_channel: bool
    provisional: bool = Field(description="当年收入监测线未发布，按以前年度的线认定")
    version: int


class Hit(Schema):
    """What a body has found about a member of the household."""

    id: UUID
    person_id: UUID
    kind: str
    source: str
    found_on: date
    found: str


class Objection(Schema):
    id: UUID
    raised_on: date
    objection: str
    finding: str | None
    answer: str
    recorded_by: str
    recorded_at: Instant
    answered_by: str | None
    answered_at: Instant | None


class Case(CaseInList):
    per_capita_income: Amount | None
    income_line: Amount | None = Field(description="批准时适用的收入监测线")
    disaster_kinds: list[str]
    guarantees: Guarantees | None
    note: str
    approved_on: date | None
    notice_from: date | None
    notice_until: date | None
    allowed: list[str] = Field(description="此状态可流转到")
    allowed_specially: list[SpecialWay] = Field(
        description="另有绿色通道（green_channel）、自然消除（natural）"
    )
    history: list[Step]
    plan: PlanOfCase
    periods: list[Period]
    clocks: list[Clock]
    objections: list[Objection]
    hits: list[Hit] = Field(description="车辆、企业、房产等比对发现")


class NewObjection(Schema):
    objection: Annotated[str, StringConstraints(min_length=1, max_length=4000)]
    raised_on: date | None = None


class Finding(Schema):
    finding: Literal["upheld", "dismissed"]
    answer: Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class NoticedHousehold(Schema):
    name: str
    region_code: str
    place: str
    notice_from: date
    notice_until: date | None


class PrintedNotice(Schema):
    """Ready to print; of the household nothing but the head's name."""

    title: str
    text: str
    items: list[NoticedHousehold]
    next_cursor: str | None = None


class CaseCount(Schema):
    """Cases of one village, township, type or state. ``open``: neither eliminated nor rejected."""

    key: str
    name: str
    cases: int
    open: int
    eliminated: int
    rejected: int
    overdue: int = Field(description="有期限已过的案件")
    states: dict[str, int] = Field(description="按状态的件数，合计等于 cases")


class RejectedRow(Schema):
    line: int
    code: str
    message: str


class CrossCheck(Schema):
    """``unmatched``: rows about people who are not in the registry; nothing of them is kept."""

    id: UUID
    source: str
    checked_on: date
    received: int
    matched: int
    unmatched: int
    rejected: int
    rejects: list[RejectedRow] = Field(description="前 500 条退回行及原因")
    made_at: Instant


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
    visited_on: date | None = None
    verification_id: UUID | None = None
    attachments: list[UUID] = Field(default_factory=list, max_length=100)

    @property
    def visit(self) -> dict[str, Any]:
        """Which visit has confirmed the risk, and its photos in warning_api: what the case rests on."""
        told = self.model_dump(mode="json", include={"visited_on", "verification_id", "attachments"})
        return {name: value for name, value in told.items() if value}


class Subject(Schema):
    """Whom an unregistered task is about, as warning_api tells it."""

    name: str = Field(min_length=1, max_length=100)
    id_number: str | None = None
    phone: str | None = None
    region_code: RegionCode
    birth_date: BirthDate | None = None
    address: str | None = None


RefusalReason = Literal["already_monitored", "household_ended", "household_unknown", "region_unknown"]
