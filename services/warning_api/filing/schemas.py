"""Filed warnings as JSON."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, StringConstraints

from shared.runtime.schema import Instant, Schema, ShortText

#: A cell as a push may have it; what it says is checked as there.
Written = Annotated[str, StringConstraints(min_length=1, max_length=4000)]


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
    withdrawn_at: Instant | None
    version: int


class Correction(Schema):
    """The fields that were corrected; null: as filed. ``phone``: its last four digits."""

    amount: str | None = None
    occurred_on: date | None = None
    indicator: str | None = None
    detail: str | None = None
    phone: str | None = None
    region_code: str | None = None
    name: str | None = None


class WarningEntry(Schema):
    """``reason`` is for those who are responsible for the household, and for who filed the warning."""

    id: UUID
    kind: Literal["correction", "withdrawal"]
    reason: str | None
    corrected: Correction | None
    entered_by: str
    entered_at: Instant


class FiledWithEntries(Filed):
    """``version`` rises with each entry; what was filed stays as it was filed."""

    entries: list[WarningEntry]


class CorrectionIn(Schema):
    """At least one field; they are checked as in a push. What is null or left out stays as it is. Any other field is
    refused: whoever was meant by mistake (``id_number``) is withdrawn and pushed anew."""

    model_config = ConfigDict(extra="forbid")

    amount: Written | None = None
    occurred_on: Written | None = None
    indicator: Written | None = None
    detail: Written | None = None
    phone: Written | None = None
    region_code: Written | None = None
    name: Written | None = None
    reason: ShortText


class WithdrawalIn(Schema):
    reason: ShortText
