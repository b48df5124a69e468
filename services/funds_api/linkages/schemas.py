"""Linkages as they come in and go out. Households are ids; names stand nowhere."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StrictBool, StringConstraints

from services.funds_api.linkages.rules import Kind
from services.funds_api.purposes import Purpose
from shared.runtime.schema import Amount, AmountOrNothing, Day, Instant, Schema

Note = Annotated[str, StringConstraints(max_length=500)]


class LinkageIn(Schema):
    """``amount``: yuan a year that the household has of it. ``to`` is left out where no end is agreed."""

    model_config = ConfigDict(str_strip_whitespace=True, from_attributes=True, populate_by_name=True)

    project_id: UUID
    household_id: UUID
    kind: Kind
    amount: AmountOrNothing
    starts_on: Day = Field(alias="from")
    ends_on: Day | None = Field(None, alias="to")
    note: Note | None = None


class LinkageChange(Schema):
    """What is left out stays as it is; a ``to`` ends it. ``withdrawn``: it never was so."""

    model_config = ConfigDict(str_strip_whitespace=True, from_attributes=True, populate_by_name=True)

    amount: AmountOrNothing | None = None
    starts_on: Day | None = Field(None, alias="from")
    ends_on: Day | None = Field(None, alias="to")
    note: Note | None = None
    withdrawn: StrictBool = False
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class _Told(Schema):
    model_config = ConfigDict(from_attributes=True, populate_by_name=True)

    amount: Amount
    starts_on: date = Field(alias="from")
    ends_on: date | None = Field(alias="to")
    note: str | None
    withdrawn: bool
    version: int


class LinkageOut(_Told):
    """``household_id`` and ``note`` are not shown to supervisors and other systems. ``household_type``,
    ``monitoring_type`` and ``region_code`` are the household's as of ``as_of``."""

    id: UUID
    project_id: UUID
    household_id: UUID | None
    region_code: str
    household_type: str
    monitoring_type: str | None
    as_of: date
    kind: Kind
    created_at: Instant


class LinkageVersion(_Told):
    reason: str | None
    changed_at: Instant
    changed_by: str


class LinkageCount(Schema):
    """Of a project and year: linkages that hold in it, their households, those of them that were monitored, and yuan a
    year together."""

    project_id: UUID
    name: str
    region_code: str
    category: Purpose
    year: int
    linkages: int
    households: int
    monitored: int
    amount: Amount


class LinkageFinding(Schema):
    """An industry project that benefits no household."""

    finding: str
    message: str
    project_id: UUID
    name: str
    region_code: str
    year: int
