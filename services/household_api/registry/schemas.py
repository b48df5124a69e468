"""Households and persons as JSON."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import orjson
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from services.household_api.assistance.schemas import PlanOfHousehold
from shared.runtime.schema import Amount, BirthDate, Code, Day, Instant, LongText, Schema, ShortText


def _is_text(record: dict[str, Any]) -> dict[str, Any]:
    try:
        orjson.dumps(record)
    except TypeError as error:
        raise ValueError("含有不能保存的字符") from error
    return record


def _not_negative(value: Decimal) -> Decimal:
    if value < 0:
        raise PydanticCustomError("amount_negative", "金额不能为负数，支出请填在 costs")
    return value


NotNegative = Annotated[Amount, AfterValidator(_not_negative)]

#: A member as a row of a table has them.
MemberRecord = Annotated[dict[str, Any], AfterValidator(_is_text)]


class Head(Schema):
    person_id: UUID
    name: str
    id_number: str | None


class HouseholdInList(Schema):
    id: UUID
    household_no: str
    region_code: str
    household_type: str
    monitoring_type: str | None
    risk_eliminated: bool
    head: Head | None = Field(description="登记的户主，健在的优先")
    size: int = Field(description="健在且未迁出的人数")
    version: int


class Member(Schema):
    """``birth_date`` and full values only where a purpose was stated."""

    id: UUID
    name: str
    id_number: str | None
    phone: str | None
    birth_date: date | None
    address: str | None
    relationship: str
    status: str
    labour: str | None
    health: str | None
    schooling: str | None
    annual_income: Amount | None
    sex: str | None = Field(description="GB/T 2261.1：1 男，2 女")
    marital_status: str | None = Field(description="GB/T 2261.2")
    ethnic_group: str | None = Field(description="GB/T 3304")
    student_status: str | None
    labour_skill: str | None
    insured: bool | None
    died_on: date | None
    version: int
    valid_from: Instant
    changed_by: str
    reason: str


class CaseInHousehold(Schema):
    id: UUID
    state: str
    opened_at: Instant
    monitoring_type: str | None


class Monitoring(Schema):
    monitored: bool
    monitoring_type: str | None
    risk_eliminated: bool
    cases: list[CaseInHousehold]


class Household(Schema):
    id: UUID
    household_no: str
    region_code: str
    household_type: str
    monitoring_type: str | None
    risk_eliminated: bool
    social_assistance: str | None = Field(description="minimum_living 低保，extreme_hardship 特困")
    housing_grade: str | None = Field(description="A 至 D")
    drinking_water: str | None = Field(description="secure 安全，insecure 不安全")
    contact_official: str | None = Field(description="帮扶联系人")
    contact_unit: str | None
    self_paid_medical: Amount | None = Field(description="合规自付支出，元/年")
    per_capita_income: Amount | None = Field(description="最近一次收入记录的人均纯收入，元/年")
    income_as_of: date | None = Field(description="该收入记录截至的日期")
    ended_on: date | None = Field(description="户已并入他户、全户迁出或无健在成员的日期")
    members: list[Member]
    monitoring: Monitoring
    plan: PlanOfHousehold | None = Field(description="最近一份帮扶计划")
    version: int
    valid_from: Instant
    changed_by: str = Field(description="谁作的这一版")
    reason: str = Field(description="为何作这一版")


class NewHousehold(Schema):
    """Values are read like a table's: codes, or the Chinese words for them. Without a number one is given."""

    household_no: Code | None = None
    region_code: str
    household_type: str
    monitoring_type: str | None = None
    risk_eliminated: bool | None = None
    social_assistance: str | None = None
    housing_grade: str | None = None
    drinking_water: str | None = None
    contact_official: str | None = None
    contact_unit: str | None = None
    self_paid_medical: Amount | None = None
    members: list[MemberRecord] = Field(min_length=1, max_length=50)


class HouseholdChange(Schema):
    """Only what is named is changed. A member with ``person_id`` is changed, one without is added."""

    region_code: str | None = None
    household_type: str | None = None
    monitoring_type: str | None = None
    risk_eliminated: bool | None = None
    social_assistance: str | None = None
    housing_grade: str | None = None
    drinking_water: str | None = None
    contact_official: str | None = None
    contact_unit: str | None = None
    self_paid_medical: Amount | None = None
    members: list[MemberRecord] = Field(default_factory=list, max_length=50)
    reason: LongText = Field(default="", description="为何更正，留在历史中")


class NewIncome(Schema):
    """Yuan in the twelve months up to ``as_of``. A record with the same ``as_of`` corrects the former one."""

    as_of: Day = Field(description="十二个月截至的日期")
    wages: NotNegative = Field(default=Decimal(0), description="工资性收入")
    business: NotNegative = Field(default=Decimal(0), description="生产经营性收入")
    property: NotNegative = Field(default=Decimal(0), description="财产性收入")
    transfers: NotNegative = Field(default=Decimal(0), description="转移性收入")
    costs: NotNegative = Field(default=Decimal(0), description="生产经营性支出")
    members: int | None = Field(default=None, ge=1, le=100, description="计算人均的人数，不填为健在人数")
    source: str = Field(default="", max_length=64)
    confirmed: bool = Field(default=False, description="人均超过上限而属实")
    reason: ShortText | None = Field(default=None, description="为何属实，或为何更正")


class IncomeRecord(Schema):
    id: UUID
    household_id: UUID
    as_of: date
    wages: Amount
    business: Amount
    property: Amount
    transfers: Amount
    costs: Amount
    members: int
    per_capita_income: Amount
    source: str
    reason: str | None
    recorded_by: str
    recorded_at: Instant


class HouseholdVersion(Schema):
    """What a household was for a time, who made it so, and why."""

    version: int
    region_code: str
    household_type: str
    monitoring_type: str | None
    risk_eliminated: bool
    ended_on: date | None
    valid_from: Instant
    valid_to: Instant | None
    changed_by: str
    reason: str


class Search(Schema):
    id_number: str | None = Field(default=None, max_length=64)
    name: str | None = Field(default=None, max_length=100)
    birth_date: BirthDate | None = None


class Found(Schema):
    household_id: UUID
    household_no: str
    region_code: str
    household_type: str
    monitoring_type: str | None
    person: Member
