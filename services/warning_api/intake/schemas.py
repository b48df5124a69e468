"""Batches and their rejects as JSON."""

from typing import Any
from uuid import UUID

from shared.runtime.schema import Instant, Schema


class Batch(Schema):
    """``received = accepted + duplicate + rejected``; ``id`` is null for a dry run."""

    id: UUID | None
    org_code: str
    cycle: str
    batch_no: str
    state: str
    version: int
    received: int
    accepted: int
    duplicate: int
    rejected: int
    urgent: bool
    late: bool
    filed_at: Instant


class BatchProgress(Batch):
    """With how its warnings were matched, and how many of them are closed."""

    matches: dict[str, int]
    closed: int


class RejectReason(Schema):
    field: str
    code: str
    message: str


class RejectedRecord(Schema):
    """``line`` is where a person finds the record in what was sent."""

    line: int
    source_record_id: str | None
    errors: list[RejectReason]
    record: dict[str, Any]
