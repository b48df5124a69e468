"""Households and persons as JSON."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import orjson
from pydantic import AfterValidator, Field

from shared.runtime.schema import Amount, BirthDate, Code, Instant, Schema


def _is_text(record: dict[str, Any]) -> dict[str, Any]:
    try:
        orjson.dumps(record)
    except TypeError as error:
        raise ValueError("含有不能保存的字符") from error
    return record


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
    version: int
    valid_from: Instant


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
    members: list[Member]
    monitoring: Monitoring
    version: int
    valid_from: Instant


class NewHousehold(Schema):
    """Values are read like a table's: codes, or the Chinese words for them. Without a number one is given."""

    household_no: Code | None = None
    region_code: str
    household_type: str
    monitoring_type: str | None = None
    risk_eliminated: bool | None = None
    members: list[MemberRecord] = Field(min_length=1, max_length=50)


class HouseholdChange(Schema):
    """Only what is named is changed. A member with ``person_id`` is changed, one without is added."""

    region_code: str | None = None
    household_type: str | None = None
    monitoring_type: str | None = None
    risk_eliminated: bool | None = None
    members: list[MemberRecord] = Field(default_factory=list, max_length=50)


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
