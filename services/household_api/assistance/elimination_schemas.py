"""Elimination checks, proposals and the national system's marks as JSON."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from shared.runtime.schema import Day, Instant, LongText, Schema

Verdict = Literal["met", "not_met", "unknown"]
NaturalReason = Literal["deceased", "moved", "other"]


class NewCheck(Schema):
    """``propose``: put the elimination forward for notice and approval; unmet criteria then need ``reason``.

    ``natural``: the risk has ended by itself, with ``natural_reason``.
    """

    propose: bool = False
    natural: bool = False
    natural_reason: NaturalReason | None = None
    reason: LongText = ""


class Criterion(Schema):
    code: str
    name: str
    verdict: Verdict
    told: str
    evidence: dict[str, Any]


class Check(Schema):
    id: UUID
    case_id: UUID
    period: int
    verdict: Verdict
    unmet: list[str] = Field(description="未达到的条件")
    unknown: list[str] = Field(description="数据不足、无法判断的条件")
    criteria: list[Criterion]
    natural: bool
    natural_reason: NaturalReason | None
    reason: str
    provisional: bool = Field(description="当年收入监测线未发布，按以前年度的线判断")
    parameters_used: dict[str, Any]
    proposed: bool
    notice_until: date | None = Field(description="公示到该日（含），次日起可批准")
    judged_by: str
    judged_at: Instant


class Proposal(Schema):
    """A household whose criteria are all met."""

    case_id: UUID
    household_id: UUID
    region_code: str
    period: int
    provisional: bool
    criteria: list[Criterion]


class NewMark(Schema):
    """That the household has been marked in the national system, and when."""

    risk_eliminated: bool
    marked_on: Day


class Mark(Schema):
    case_id: UUID
    period: int
    risk_eliminated: bool
    marked_on: date
    recorded_by: str
    recorded_at: Instant


class Sides(Schema):
    """A field as it stands here and in the national system."""

    field: str
    here: str | bool | None
    there: str | bool | None


class NationalDifference(Schema):
    household_id: UUID
    household_no: str
    region_code: str
    case_id: UUID | None
    kind: Literal["here_only", "there_only", "differs"]
    differences: list[Sides]
    marked_on: date | None = Field(description="已在国家系统标注的日期")
    imported_at: Instant | None
