"""Taking in a batch: the whole of it or nothing, once (contract.md, batches)."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from services.warning_api.cycles import service as cycles
from services.warning_api.cycles.errors import WindowClosed
from services.warning_api.cycles.indicators import catalogue
from services.warning_api.cycles.rules import cycle_of
from services.warning_api.filing import staging
from services.warning_api.filing.duplicates import duplicates_of
from services.warning_api.intake import repository, rush
from services.warning_api.intake.errors import (
    BatchConflict,
    BatchStillRunning,
    NoRecords,
    NotADepartment,
)
from services.warning_api.intake.mapping_service import ColumnMapping, mapping_of, takes_certificates
from services.warning_api.intake.preparation import Terms, prepared
from services.warning_api.intake.turns import LARGE_BYTES
from shared import audit, jobs
from shared.clock import SHANGHAI
from shared.contracts.events import BATCH_FILED
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import NotFound
from shared.identifiers.masking import HIDDEN, mask_numbers
from shared.outbox import Event, emit
from shared.pagination.cursors import Paging, page
from shared.parameters import parameter, read_together
from shared.regions import regions_of
from shared.runtime.ahead import begun
from shared.sealing import Sealer
from shared.tables.columns import Sheet
from shared.tables.content_types import table_kind
from shared.tables.decoding import Spooled
from shared.tables.rows import Records


@dataclass(frozen=True, slots=True)
class Push:
    """What the request says besides its body."""

    batch_no: str
    content_type: str
    urgent_reason: str | None
    dry_run: bool


#: Columns of a record that say nothing about who it is.
NOT_PERSONAL = frozenset({"region_code", "indicator", "occurred_on", "amount"})

#: So many rejects a dry run tells.
REJECTS_OF_DRY_RUN = 100

#: What a push goes by.
PARAMETERS = (
    "departments",
    "cycle_opens_day",
    "cycle_closes_day",
    "warning_indicators",
    "disability_certificate_departments",
    "retired_regions",
    "release_required",
)


async def file_batch(tx: Transaction, push: Push, body: Spooled) -> tuple[dict[str, Any], bool]:
    """File a batch; the batch as it was filed, and whether that was now: the same content under the same number
    gets the first answer again.

    Refuses 409 ``batch_conflict``, ``window_closed``, ``batch_in_progress``; 422 ``no_records``; and what the
    reader refuses. A record that cannot be filed is kept in the ledger of rejects. Records are prepared from the
    beginning (but for spreadsheets), while PostgreSQL is asked whether they may be filed, and the next ones while it
    takes the last.
    """
    org = tx.reach.org
    await read_together(tx, PARAMETERS)
    if org not in await cycles.departments(tx):
        raise NotADepartment()
    mapping = await mapping_of(tx, org)
    terms = await _terms(tx, push, mapping)
    # Not a spreadsheet: what is refused would go on being read when its turn is given back.
    opened = aclosing if table_kind(push.content_type) == "xlsx" else begun
    async with opened(tx.service.companions.results(prepared, terms, body)) as chunks:
        if not await repository.lock_batch_no(tx, org, push.batch_no):
            raise BatchStillRunning(headers={"Retry-After": "2"})
        if body.size > LARGE_BYTES:
            await rush.begin(tx)
        cycle, late, closed = await _cycle_for(tx, org, push)
        earlier = await repository.batch_by_no(tx, cycle, org, push.batch_no)
        if earlier is not None:
            if earlier["content_sha256"] != body.sha256:
                raise BatchConflict(
                    f"该批次号已于 {earlier['filed_at'].astimezone(SHANGHAI):%Y-%m-%d %H:%M} 用于另一内容"
                    f"（{earlier['received']} 条），请换一个批次号；更正已报的记录请用更正接口",
                    members={"batch_id": str(earlier["id"])},
                )
            return {**earlier, **_as_filed(earlier)}, False
        if closed is not None:
            raise closed
        batch_id = new_id()
        release_required = bool((await parameter(tx, "release_required")).value)
        if not release_required:
            # By now, since the first records are still being prepared; and before the stage, which takes back what
            # follows when it meets a duplicate.
            payload = {"county": tx.county, "cycle": cycle, "batch_id": batch_id}
            await jobs.enqueue(tx, "compare_batch", payload, only_one=True)
        stage = await staging.Stage.open(tx, cycle, batch_id, org)
        async for chunk in chunks:
            await stage.file(chunk)
    await stage.settle()
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
        "release_required": release_required,
        "mapping_version": mapping.version or None,
    }
    answer = {**batch, **_as_filed(batch), "urgent": push.urgent_reason is not None}
    if push.dry_run:
        tx.discard()
        told = await _first_rejects(tx, stage, mapping.sheet())
        return {
            **answer,
            "id": None,
            "state": "dry_run",
            "rejects": told,
            "ignored_columns": stage.ignored,
        }, False
    await repository.add_batch(tx, batch)
    await stage.write_ledger()
    await audit.record(tx, "batch.filed", f"batch/{batch_id}", {"received": batch["received"], "late": late})
    counts = {name: batch[name] for name in ("received", "accepted", "duplicate", "rejected")}
    await emit(
        tx,
        BATCH_FILED,
        [Event(f"batch/{batch_id}", 1, {"batch_id": batch_id, "org_code": org, "cycle": cycle, **counts})],
    )
    return answer, True


async def _first_rejects(tx: Transaction, stage: staging.Stage, sheet: Sheet) -> list[dict[str, Any]]:
    """What a dry run says of its first rejects: line, number and reasons."""
    rows = await stage.first_rejects(REJECTS_OF_DRY_RUN)
    return [reject for reject, _ in await _opened_rejects(tx, rows, sheet)]


def _as_filed(batch: Mapping[Any, Any]) -> dict[str, Any]:
    """What the answer to a push says of the batch's way, the same whenever it is asked again."""
    return {
        "state": "filed",
        "version": 1,
        "filed_at": batch["filed_at"].astimezone(SHANGHAI),
        "released": not batch["release_required"],
        "released_by": None,
        "released_at": None,
        "refused_at": None,
    }


async def _cycle_for(tx: Transaction, org: str, push: Push) -> tuple[str, bool, WindowClosed | None]:
    """The cycle of a batch, whether it is late, and what refuses it unless it was filed before."""
    if push.urgent_reason is not None:
        return cycle_of(tx.today), False, None
    try:
        cycle, late = await cycles.admit(tx, org)
    except WindowClosed as closed:
        return cycle_of(tx.today), False, closed
    return cycle, late, None


async def _terms(tx: Transaction, push: Push, mapping: ColumnMapping) -> Terms:
    return Terms(
        push.content_type,
        mapping,
        await catalogue(tx),
        (await regions_of(tx)).codes_alone,
        tx.today,
        await takes_certificates(tx, mapping),
        (await parameter(tx, "retired_regions")).value,
        (await tx.sealer()).narrowed(tx.county),
    )


async def batch_progress(tx: Transaction, batch_id: UUID) -> dict[str, Any]:
    """The batch with its state and the counts by match result; 404 for another organisation's."""
    return dict(await _found(tx, batch_id))


async def list_batches(tx: Transaction, cycle: str | None, paging: Paging) -> dict[str, Any]:
    rows = await repository.batches(tx, cycle, paging.after_id(), paging.limit + 1)
    return page(rows, paging, lambda row: [row["id"]])


async def rejected_records(
    tx: Transaction, batch_id: UUID, after_line: int, limit: int, purpose: str | None = None
) -> list[dict[str, Any]]:
    """Rejects by line after ``after_line``: to the department its own records as it sent them.

    Others see what is not about the person; with a stated purpose they see all, and that is audited.
    """
    found = await _found(tx, batch_id)
    in_full = found["org_code"] == tx.reach.org or purpose is not None
    if found["org_code"] != tx.reach.org and purpose is not None:
        await audit.record(tx, "rejects.disclosed", f"batch/{batch_id}", {"purpose": purpose})
    rows = await repository.rejects(tx, found["cycle"], batch_id, after_line, limit)
    sheet = await _sheet_of(tx, found)
    opened = await _opened_rejects(tx, rows, sheet)
    if in_full:
        return [{**reject, "record": record} for reject, record in opened]
    return await asyncio.to_thread(lambda: [_impersonal(reject, record, sheet) for reject, record in opened])


async def _opened_rejects(
    tx: Transaction, rows: Sequence[Mapping[Any, Any]], sheet: Sheet
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Of each row (``line``, ``id``, ``errors``, ``sealed``): line, number and reasons; and the record as it was
    sent."""
    sealer = await tx.sealer()
    return await asyncio.to_thread(_rejects_opened, sealer, tx.county, rows, sheet)


def _rejects_opened(
    sealer: Sealer, county: str, rows: Sequence[Mapping[Any, Any]], sheet: Sheet
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    as_read = Records(sheet)
    opened = sealer.open_many(
        "batch_reject", "sealed", county, [(row["id"].bytes, row["sealed"]) for row in rows]
    )
    records = [msgspec.json.decode(blob, type=dict[str, Any]) for blob in opened]
    return [
        (
            {
                "line": row["line"],
                "source_record_id": _text(as_read.row(row["line"], record).values.get("source_record_id")),
                "errors": row["errors"],
            },
            record,
        )
        for row, record in zip(rows, records, strict=True)
    ]


def _impersonal(reject: Mapping[str, Any], record: Mapping[str, Any], sheet: Sheet) -> dict[str, Any]:
    """A reject as those see it who did not send it: what could be about the person is starred out."""
    shown = {}
    for heading, value in record.items():
        recognised = sheet.recognise(heading)
        harmless = recognised is not None and recognised.column.name in NOT_PERSONAL
        # Where the columns have shifted, what is about the person stands in one that says nothing of it.
        shown[heading] = mask_numbers(value) if harmless or value in (None, "") else HIDDEN
    # A running number may be as long as an ID number, which has a birth date; a name has no digits.
    number = mask_numbers(reject["source_record_id"], with_birth_only=True)
    told = number if number is None or any(map(str.isdigit, number)) else HIDDEN
    return {**reject, "source_record_id": told, "record": shown}


async def duplicate_records(
    tx: Transaction, batch_id: UUID, after_line: int, limit: int
) -> list[dict[str, Any]]:
    """Records of the batch that count once only, by line after ``after_line``, and what each repeats."""
    found = await _found(tx, batch_id)
    return await duplicates_of(tx, found["cycle"], batch_id, after_line, limit)


async def sheet_of(tx: Transaction, batch_id: UUID) -> Sheet:
    """The table that the batch's headings were recognised by, with the department's own words of then."""
    return await _sheet_of(tx, await _found(tx, batch_id))


async def _sheet_of(tx: Transaction, batch: Mapping[Any, Any]) -> Sheet:
    return (await mapping_of(tx, batch["org_code"], batch["mapping_version"] or 0)).sheet()


async def _found(tx: Transaction, batch_id: UUID) -> Mapping[Any, Any]:
    found = await repository.batch(tx, batch_id)
    if found is None:
        raise NotFound()
    return found


def _text(value: Any) -> str | None:
    return None if value is None else str(value).strip() or None
