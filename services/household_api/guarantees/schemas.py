"""Guarantee ledgers as JSON."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.runtime.schema import Day, Instant, LongText, RegionCode, Schema

Kind = Literal["compulsory_education", "basic_medical", "housing", "water"]
State = Literal["open", "acting", "crossed_off"]

Told = Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class NewEntry(Schema):
    """On a person (``person_id``: schooling, insurance), on a household (housing, water), or, for who is not in the
    registry, on ``region_code`` and ``name``."""

    kind: Kind
    household_id: UUID | None = None
    person_id: UUID | None = None
    region_code: RegionCode | None = None
    name: str | None = Field(default=None, max_length=100)
    address: str | None = Field(default=None, max_length=300)
    note: LongText = ""


class NewAction(Schema):
    done_on: Day
    note: Told = Field(description="做了什么")


class CrossingOff(Schema):
    evidence: Told = Field(description="已解决的依据")
    done_on: Day | None = None


class EntryInList(Schema):
    id: UUID
    kind: Kind
    state: State
    region_code: str
    household_id: UUID | None
    household_no: str | None
    person_id: UUID | None
    name: str | None = Field(description="当事人，或户主；不在登记簿中的为登记时所写")
    org_code: str = Field(description="责任部门")
    opened_on: date
    due_on: date
    overdue: bool
    reopened: int = Field(description="销号后再次出现的次数")
    crossed_off_on: date | None
    version: int


class Step(Schema):
    step: Literal["opened", "action", "crossing_off", "reopening"]
    done_on: date
    note: str
    made_by: str
    made_at: Instant


class Entry(EntryInList):
    address: str | None
    allowed: list[str] = Field(description="此状态可办理")
    history: list[Step]


class Refreshed(Schema):
    opened: int
    reopened: int
    settled: int = Field(description="销号后登记簿也已确认解决的")


class Count(Schema):
    """``key``: the department, or the township, as asked for with ``by``."""

    key: str
    kind: Kind
    name: str
    open: int
    acting: int
    overdue: int
    crossed_off: int
    reopened: int
