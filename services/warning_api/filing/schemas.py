"""Filed warnings as JSON."""

from datetime import date
from uuid import UUID

from shared.runtime.schema import Instant, Schema


class WarningSubject(Schema):
    name: str
    id_number: str | None


class EarlierFiling(Schema):
    cycle: str
    warning_id: UUID


class Filed(Schema):
    """A warning: what was filed, and how far the loop has come with it."""

    id: UUID
    filing_no: str
    cycle: str
    org_code: str
    batch_id: UUID
    source_record_id: str
    indicator: str
    occurred_on: date
    amount: str | None
    region_code: str
    subject: WarningSubject
    filed_at: Instant
    state: str
    match: str | None
    household_id: UUID | None
    household_type: str | None
    monitoring_type: str | None
    below_threshold: bool | None
    earlier: EarlierFiling | None
    task_id: UUID | None
    outcome: str | None
    decided_on: date | None
    closed_at: Instant | None
