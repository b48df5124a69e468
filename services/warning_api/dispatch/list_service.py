"""What townships do with their lists: pull, acknowledge, ask for more time; the county returns for rework."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.cycles.service import checked_cycle
from services.warning_api.dispatch import list_pulls, list_repository
from services.warning_api.dispatch.change_feed import place_of
from services.warning_api.dispatch.errors import (
    ListNotFound,
    TaskNotFound,
)
from services.warning_api.dispatch.list_contents import changes_since_last_pull
from services.warning_api.dispatch.list_repository import TaskFilter
from services.warning_api.dispatch.presentation import present
from services.warning_api.dispatch.ready_pages import ReadyPage, ready_pages
from services.warning_api.dispatch.rules import township_of
from services.warning_api.dispatch.service import decode_subject
from services.warning_api.verification.service import address_for_registration
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.identifiers.id_number import birth_date
from shared.pagination.snapshots import Poll, page_begin, page_end
from shared.regions import regions_of
from shared.runtime.packed import Packed
from shared.runtime.preconditions import IfMatch
from shared.runtime.ready_json import ready_text


async def list_tasks(tx: Transaction, wanted: TaskFilter, poll: Poll) -> tuple[Packed, bytes]:
    """A page of tasks as JSON, as ``ChangesPage`` of ``schemas.Task`` has it, and the end of it."""
    if poll.since is not None or wanted.updated_after is not None:
        await poll.begin(tx)
        rows, last = await _page_of_rows(tx, wanted, poll)
        return await _text(tx, rows), page_end(poll, last)
    pages = ready_pages(tx.service)
    feed = pages.feed(tx.county)
    await feed.catch_up()
    poll.began(feed.snapshot)
    key = (tx.reach, tx.roles, wanted, poll.limit, poll.after, tx.today)
    page = pages.get(feed, key)
    if page is not None:
        return page.text, page_end(poll, page.last_row)
    number = feed.number
    rows, last = await _page_of_rows(tx, wanted, poll)
    text = await _text(tx, rows)
    after = None if poll.after is None else place_of(str(poll.after[1]), poll.after[0])
    pages.keep(key, ReadyPage.of(number, after, text, last))
    return text, page_end(poll, last)


async def _text(tx: Transaction, rows: Sequence[RowMapping]) -> Packed:
    return Packed.of(page_begin(ready_text(await present(tx, rows))))


async def _page_of_rows(
    tx: Transaction, wanted: TaskFilter, poll: Poll
) -> tuple[Sequence[RowMapping], RowMapping | None]:
    """The rows of a page, and the last of them where there are more."""
    rows = await list_repository.tasks(tx, wanted, poll, poll.limit + 1)
    if len(rows) <= poll.limit:
        return rows, None
    return rows[: poll.limit], rows[poll.limit - 1]


async def read_task(tx: Transaction, task_id: UUID) -> dict[str, Any]:
    row = await list_repository.task(tx, task_id)
    if row is None:
        raise TaskNotFound()
    (task,) = await present(tx, [row])
    return task


async def subject(tx: Transaction, task_id: UUID) -> dict[str, Any]:
    """Whom a task is about, in full; read by our own services only, and audited."""
    row = await list_repository.task(tx, task_id)
    if row is None:
        raise TaskNotFound()
    sealer = await tx.sealer()
    (blob,) = sealer.open_many("verification_task", "sealed", tx.county, [(task_id.bytes, row["sealed"])])
    found = decode_subject(blob)
    await audit.record(tx, "task.subject_read", f"task/{task_id}")
    return {
        "name": found.name,
        "id_number": found.id_number,
        "phone": found.phone,
        "birth_date": birth_date(found.id_number) if found.id_number else None,
        "address": await address_for_registration(tx, task_id),
        "region_code": row["region_code"],
    }


async def verification_list(tx: Transaction, cycle: str, code: str) -> dict[str, Any]:
    """Totals by state of the list of a township or village; 404 for one outside the caller's grants."""
    cycle = checked_cycle(tx, cycle)
    regions = await regions_of(tx)
    region = regions.get(code)
    if region is None or region.level not in ("township", "village") or not tx.reach.covers(code):
        raise ListNotFound()
    township = regions.get(str(township_of(code)))
    rows = await list_repository.totals(tx, cycle, code)
    pull = await list_pulls.last_pull(tx, cycle, code)
    return {
        "cycle": cycle,
        "region_code": code,
        "region": regions.full_name(code),
        "township_code": township_of(code),
        "township": regions.name(str(township_of(code))),
        "served_by": township.served_by if township else None,
        "total": sum(row["n"] for row in rows),
        "states": {row["state"]: row["n"] for row in rows},
        "overdue": sum(row["overdue"] for row in rows),
        "withdrawn": sum(row["withdrawn"] for row in rows),
        "received_at": await list_repository.receipt(tx, cycle, str(township_of(code))),
        "last_pulled_at": pull["pulled_at"] if pull else None,
        "changed_since_last_pull": await changes_since_last_pull(tx, cycle, code, pull),
    }


async def acknowledge(tx: Transaction, cycle: str, township: str) -> dict[str, Any]:
    """The township has the list; tasks that come later are acknowledged by doing it again. A village has none of its
    own to acknowledge (404)."""
    found = await verification_list(tx, cycle, township)
    if found["region_code"] != found["township_code"]:
        raise ListNotFound()
    count = await list_repository.acknowledge(tx, found["cycle"], township)
    if count:
        await audit.record(tx, "list.received", f"list/{found['cycle']}/{township}", {"tasks": count})
    return await verification_list(tx, cycle, township)


async def found_task(tx: Transaction, task_id: UUID) -> RowMapping:
    """The row of a task in reach, as ``list_repository.COLUMNS`` has it."""
    row = await list_repository.task(tx, task_id)
    if row is None:
        raise TaskNotFound()
    return row


async def held_task(tx: Transaction, task_id: UUID, expected: IfMatch) -> RowMapping:
    """A task that is about to be changed, locked. Raises ``TaskNotFound``, then what If-Match is refused for."""
    row = await list_repository.task(tx, task_id, lock=True)
    if row is None:
        raise TaskNotFound()
    expected.check(row["version"])
    return row


async def keep_reason(tx: Transaction, row: Any, kind: str, reason: str) -> None:
    """A reason is free text about a family, so it is sealed; the audit says only that there was one."""
    entry_id = new_id()
    sealer = await tx.sealer()
    (blob,) = sealer.seal_many("task_entry", "sealed", tx.county, [(entry_id.bytes, reason.encode())])
    await list_repository.add_entry(tx, row, entry_id, kind, blob)
    await audit.record(tx, f"task.{kind}", f"task/{row['id']}")
