"""Batches and their rejects as JSON."""

from typing import Any
from uuid import UUID

from shared.runtime.schema import Instant, Schema, ShortText


class Batch(Schema):
    """``received = accepted + duplicate + rejected``; ``id`` is null for a dry run.

    ``released`` is false while the batch waits for its department head, where the county requires that; what
    was refused never is.
    """

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
    released: bool
    released_by: str | None
    released_at: Instant | None
    refused_at: Instant | None
    mapping_version: int | None


class RejectReason(Schema):
    field: str
    code: str
    message: str


class ReasonedReject(Schema):
    """``line`` is where a person finds the record in what was sent."""

    line: int
    source_record_id: str | None
    errors: list[RejectReason]


class PushedBatch(Batch):
    """``rejects``: of a dry run, which leaves no ledger, the first hundred; ``ignored_columns``: of a dry run, the
    headings of the first record that were not read. Otherwise null."""

    rejects: list[ReasonedReject] | None = None
    ignored_columns: list[str] | None = None


class BatchProgress(Batch):
    """With how its warnings were matched, and how many of them are closed."""

    matches: dict[str, int]
    closed: int


class RejectedRecord(ReasonedReject):
    """``record``: as it was sent."""

    record: dict[str, Any]


class RefusalIn(Schema):
    """Why the department head does not let a batch go."""

    reason: ShortText


class FiledBefore(Schema):
    """The warning that a record repeats. ``same_content``: all of its fields are the same."""

    batch_id: UUID
    batch_no: str | None
    line: int
    warning_id: UUID
    same_content: bool


class DuplicateRecord(Schema):
    """A record that was filed before in the cycle or stands earlier in the file; ``of`` is what it repeats."""

    line: int
    source_record_id: str
    of: FiledBefore | None
