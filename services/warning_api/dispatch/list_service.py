"""What townships do with their lists: pull, acknowledge, ask for more time; the county returns for rework."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.cycles.service import checked_cycle
from services.warning_api.dispatch import list_repository
from services.warning_api.dispatch.errors import (
    AlreadyExtended,
    ListNotFound,
    TaskNotFound,
    TransitionNotAllowed,
)
from services.warning_api.dispatch.list_repository import TaskFilter
from services.warning_api.dispatch.presentation import present
from services.warning_api.dispatch.rules import TO_BE_VERIFIED
from services.warning_api.dispatch.service import decode_subject
from services.warning_api.verification.service import address_for_registration
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.identifiers.id_number import birth_date
from shared.pagination.cursors import Paging, page
from shared.parameters import parameter
from shared.regions import regions_of
from shared.runtime.preconditions import IfMatch

#: As many tasks as one list shows; a township has some hundred.
MOST_LIST_ROWS = 100_000


async def list_tasks(tx: Transaction, wanted: TaskFilter, paging: Paging) -> dict[str, Any]:
    rows = await list_repository.tasks(tx, wanted, paging.after_id(), paging.limit + 1)
    return page(await present(tx, rows), paging, lambda task: [task["id"]])


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


async def verification_list(tx: Transaction, cycle: str, township: str) -> dict[str, Any]:
    """Totals of a township's list by state; 404 for a township outside the caller's grants."""
    cycle = checked_cycle(tx, cycle)
    region = (await regions_of(tx)).get(township)
    if region is None or region.level != "township" or not tx.reach.covers(township):
        raise ListNotFound()
    rows = await list_repository.totals(tx, cycle, township)
    return {
        "cycle": cycle,
        "township_code": township,
        "township": region.name,
        "served_by": region.served_by,
        "total": sum(row["n"] for row in rows),
        "states": {row["state"]: row["n"] for row in rows},
        "overdue": sum(row["overdue"] for row in rows),
        "received_at": await list_repository.receipt(tx, cycle, township),
    }


async def list_rows(tx: Transaction, cycle: str, township: str) -> list[dict[str, Any]]:
    """Every task of the list, urgent ones on top, for the spreadsheet."""
    rows = await list_repository.tasks(
        tx, TaskFilter(cycle, township, dispatched_only=True), None, MOST_LIST_ROWS
    )
    tasks = await present(tx, rows)
    return sorted(tasks, key=lambda task: (not task["urgent"], task["region_code"], str(task["id"])))


async def acknowledge(tx: Transaction, cycle: str, township: str) -> dict[str, Any]:
    """The township has the list; tasks that come later are acknowledged by doing it again."""
    found = await verification_list(tx, cycle, township)
    count = await list_repository.acknowledge(tx, found["cycle"], township)
    if count:
        await audit.record(tx, "list.received", f"list/{found['cycle']}/{township}", {"tasks": count})
    return await verification_list(tx, cycle, township)


async def held_task(tx: Transaction, task_id: UUID, expected: IfMatch) -> RowMapping:
    """A task that is about to be changed, locked. Raises ``TaskNotFound``, then what If-Match is refused for."""
    row = await list_repository.task(tx, task_id, lock=True)
    if row is None:
        raise TaskNotFound()
    expected.check(row["version"])
    return row


async def extend(tx: Transaction, task_id: UUID, reason: str, expected: IfMatch) -> dict[str, Any]:
    """Once, by the county's number of days."""
    row = await held_task(tx, task_id, expected)
    if row["state"] not in TO_BE_VERIFIED:
        raise TransitionNotAllowed("已核实的任务无需延期", "A verified task needs no extension")
    if row["extended"]:
        raise AlreadyExtended()
    days = (await parameter(tx, "extension_days")).value
    await list_repository.extend(tx, row["cycle"], task_id, row["due_on"] + timedelta(days=days))
    await keep_reason(tx, row, "extension", reason)
    return await read_task(tx, task_id)


async def keep_reason(tx: Transaction, row: Any, kind: str, reason: str) -> None:
    """A reason is free text about a family, so it is sealed; the audit says only that there was one."""
    entry_id = new_id()
    sealer = await tx.sealer()
    (blob,) = sealer.seal_many("task_entry", "sealed", tx.county, [(entry_id.bytes, reason.encode())])
    await list_repository.add_entry(tx, row, entry_id, kind, blob)
    await audit.record(tx, f"task.{kind}", f"task/{row['id']}")
