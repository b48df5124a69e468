"""Campaigns as JSON."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.runtime.schema import Day, Instant, RegionCode, Schema

HouseholdType = Literal["ordinary", "lifted", "low_income"]


class CampaignIn(Schema):
    """``region_code``: the county unless another is named; no ``household_types``: all of them. ``monitored_only``:
    households under monitoring whose risk is not eliminated."""

    kind: Literal["walk_through", "census"]
    name: Annotated[str, StringConstraints(min_length=1, max_length=60)] | None = None
    region_code: RegionCode | None = None
    household_types: Annotated[list[HouseholdType], Field(max_length=3)] = []
    monitored_only: bool = False
    due_on: Day


class TransitionIn(Schema):
    to: Literal["closed", "cancelled"]


class Campaign(Schema):
    """``households``: in scope, as far as the registry has been gone through; ``visited`` and the rest of the visits
    that the caller sees. ``withdrawn``: no longer asked for, since the campaign was cancelled."""

    id: UUID
    kind: str
    cycle: str
    period: str
    name: str
    region_code: str
    household_types: list[str]
    monitored_only: bool
    due_on: date
    state: str
    households: int
    tasks: int
    visited: int
    confirmed: int
    overdue: int
    withdrawn: int
    started_by: str
    started_at: Instant
    ended_by: str | None
    ended_at: Instant | None
    version: int


class CampaignInList(Schema):
    id: UUID
    kind: str
    cycle: str
    period: str
    name: str
    region_code: str
    due_on: date
    state: str
    households: int
    started_at: Instant
    version: int


class Progress(Schema):
    """Of a township or village; counts of households."""

    key: str
    name: str
    tasks: int
    visited: int
    confirmed: int
    overdue: int
    withdrawn: int
