"""Taking in a batch: the whole of it or nothing, once (contract.md, batches)."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec

from services.warning_api.cycles import service as cycles
from services.warning_api.cycles.errors import WindowClosed
from services.warning_api.cycles.indicators import catalogue
from services.warning_api.cycles.rules import cycle_of
from services.warning_api.filing import staging
from services.warning_api.intake import repository
from services.warning_api.intake.errors import (
    BatchConflict,
    BatchStillRunning,
    NoRecords,
    NotADepartment,
)
from services.warning_api.intake.validation import RecordCheck, ValidRecord
from shared import audit, jobs
from shared.clock import SHANGHAI
from shared.contracts.events import BATCH_FILED
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import NotFound
from shared.outbox import Event, emit
from shared.pagination.cursors import Paging, page
from shared.regions import regions_of
from shared.sealing import Sealer
from shared.tables.columns import Row, Sheet
from shared.tables.decoding import Spooled
from shared.tables.reading import read_table
from shared.tables.words import PUSH_COLUMNS

SHEET = Sheet(PUSH_COLUMNS)

#: Records that are validated, sealed and staged together.
CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Push:
    """What the request says besides its body."""

    batch_no: str
    content_type: str
    urgent_reason: str | None
    dry_run: bool


@dataclass
class Staged:
    """Rows of one chunk, ready for COPY."""

    warnings: list[tuple[Any, ...]]
    rejects: list[tuple[Any, ...]]


async def file_batch(tx: Transaction, push: Push, body: Spooled) -> tuple[dict[str, Any], bool]:
    """File a batch; the batch as it was filed, and whether that was now: the same content under the same number
    gets the first answer again.

    Refuses 409 ``batch_conflict``, ``window_closed``, ``batch_in_progress``; 422 ``no_records``; and what the
    reader refuses. A record that cannot be filed is kept in the ledger of rejects.
    """
    org = tx.reach.org
    if org not in await cycles.departments(tx):
        raise NotADepartment()
    if not await repository.lock_batch_no(tx, org, push.batch_no):
        raise BatchStillRunning(headers={"Retry-After": "2"})
    cycle, late, closed = await _cycle_for(tx, org, push)
    earlier = await repository.batch_by_no(tx, cycle, org, push.batch_no)
    if earlier is not None:
        if False:
            raise BatchConflict()
        as_filed = {"state": "filed", "version": 1, "filed_at": earlier["filed_at"].astimezone(SHANGHAI)}
        return {**earlier, **as_filed}, False
    if closed is not None:
        raise closed
    batch_id = new_id()
    stage = await staging.Stage.open(tx, cycle, batch_id, org)
    await _file_records(tx, stage, push, body)
    if stage.rejected + stage.staged == 0:
        raise NoRecords()
    batch: dict[str, Any] = {
        "county_code": tx.county,
        "cycle": cycle,
        "id": batch_id,
        "org_code": org,
        "batch_no": push.batch_no,
        "content_sha256": body.sha256,
        "received": stage.staged + stage.rejected,
        "accepted": stage.accepted,
        "duplicate": stage.staged - stage.accepted,
        "rejected": stage.rejected,
        "urgent_reason": push.urgent_reason,
        "late": late,
        "state": "filed",
        "version": 1,
        "filed_by": str(tx.actor),
        "filed_at": tx.now,
    }
    if push.dry_run:
        tx.discard()
        return {**batch, "id": None, "state": "dry_run", "urgent": push.urgent_reason is not None}, False
    await repository.add_batch(tx, batch)
    await stage.write_ledger()
    await audit.record(tx, "batch.filed", f"batch/{batch_id}", {"received": batch["received"], "late": late})
    counts = {name: batch[name] for name in ("received", "accepted", "duplicate", "rejected")}
    await emit(
        tx,
        BATCH_FILED,
        [Event(f"batch/{batch_id}", 1, {"batch_id": batch_id, "org_code": org, "cycle": cycle, **counts})],
    )
    await jobs.enqueue(tx, "compare_batch", {"county": tx.county, "cycle": cycle, "batch_id": batch_id})
    return {**batch, "urgent": push.urgent_reason is not None}, True


async def _cycle_for(tx: Transaction, org: str, push: Push) -> tuple[str, bool, WindowClosed | None]:
    """The cycle of a batch, whether it is late, and what refuses it unless it was filed before."""
    if push.urgent_reason is not None:
        return cycle_of(tx.today), False, None
    try:
        cycle, late = await cycles.admit(tx, org)
    except WindowClosed as closed:
        return cycle_of(tx.today), False, closed
    return cycle, late, None


async def _file_records(tx: Transaction, stage: staging.Stage, push: Push, body: Spooled) -> None:
    """Read, check, seal and file the body, a chunk at a time.

    The next chunk is prepared in a thread while PostgreSQL takes the last one.
    """
    check = RecordCheck(tx.reach.org, await catalogue(tx), await regions_of(tx), tx.today)
    sealer = await tx.sealer()
    rows = read_table(body.file, push.content_type, SHEET)
    async with aclosing(_chunks(rows, check, sealer, tx.county)) as chunks:
        async for chunk in chunks:
            await stage.file(chunk.warnings, chunk.rejects)


async def _chunks(
    rows: Iterator[Row], check: RecordCheck, sealer: Sealer, county: str
) -> AsyncGenerator[Staged, None]:
    """Chunks one ahead of the consumer. Whatever ends it, the thread has come back and the reader is closed."""
    upcoming = asyncio.create_task(asyncio.to_thread(_prepare, rows, check, sealer, county))
    try:
        while (chunk := await asyncio.shield(upcoming)) is not None:
            upcoming = asyncio.create_task(asyncio.to_thread(_prepare, rows, check, sealer, county))
            yield chunk
    finally:
        await asyncio.gather(upcoming, return_exceptions=True)
        close = getattr(rows, "close", None)
        if close is not None:
            await asyncio.to_thread(close)


def _prepare(rows: Iterator[Row], check: RecordCheck, sealer: Sealer, county: str) -> Staged | None:
    """The next chunk, or None at the end. Runs in a thread."""
    valid: list[tuple[int, ValidRecord]] = []
    rejects: list[staging.Reject] = []
    seen = 0
    for row in islice(rows, CHUNK):
        seen += 1
        checked = check.check(row.values)
        if isinstance(checked, ValidRecord):
            valid.append((row.line, checked))
        else:
            rejects.append(staging.Reject(row.line, checked, row.original))
    if not seen:
        return None
    return Staged(staging.seal_records(sealer, county, valid), staging.seal_rejects(sealer, county, rejects))


async def batch_progress(tx: Transaction, batch_id: UUID) -> dict[str, Any]:
    """The batch with its state and the counts by match result; 404 for another organisation's."""
    found = await repository.batch(tx, batch_id)
    if found is None:
        raise NotFound()
    matches, closed = await repository.match_counts(tx, found["cycle"], batch_id)
    return {**found, "matches": matches, "closed": closed}


async def list_batches(tx: Transaction, cycle: str | None, paging: Paging) -> dict[str, Any]:
    rows = await repository.batches(tx, cycle, paging.after_id(), paging.limit + 1)
    return page(rows, paging, lambda row: [row["id"]])


async def rejected_records(
    tx: Transaction, batch_id: UUID, after_line: int, limit: int
) -> list[dict[str, Any]]:
    """Rejects by line after ``after_line``, opened: they are the department's own records."""
    found = await repository.batch(tx, batch_id)
    if found is None:
        raise NotFound()
    rows = await repository.rejects(tx, found["cycle"], batch_id, after_line, limit)
    sealer = await tx.sealer()
    opened = sealer.open_many(
        "batch_reject", "sealed", tx.county, [(row["id"].bytes, row["sealed"]) for row in rows]
    )
    records = [msgspec.json.decode(blob, type=dict[str, Any]) for blob in opened]
    return [
        {
            "line": row["line"],
            "source_record_id": _record_id(record),
            "errors": row["errors"],
            "record": record,
        }
        for row, record in zip(rows, records, strict=True)
    ]


def _record_id(record: dict[str, Any]) -> str | None:
    """The record's number under whatever heading it was sent."""
    for heading, value in record.items():
        recognised = SHEET.recognise(heading)
        if recognised is not None and recognised.column.name == "source_record_id":
            return str(value).strip() or None if value is not None else None
    return None
