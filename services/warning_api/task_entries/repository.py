"""SQL of extensions and entries."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.counting import service as counting
from services.warning_api.dispatch.changes import changed
from shared.db import Transaction

EXTEND = f"""
UPDATE verification_task SET due_on = :due_on, extended = true, extension = 'granted', extension_due_on = NULL,
    {changed(":now")}
WHERE county_code = :county AND cycle = :cycle AND id = :id"""

REQUEST = f"""
UPDATE verification_task SET extension = 'requested', extension_due_on = :due_on, {changed(":now")}
WHERE county_code = :county AND cycle = :cycle AND id = :id"""

REFUSE = f"""
UPDATE verification_task SET extension = 'refused', extension_due_on = NULL, {changed(":now")}
WHERE county_code = :county AND cycle = :cycle AND id = :id"""

ENTRIES = """
SELECT id, kind, sealed, entered_at FROM task_entry
WHERE county_code = :county AND cycle = :cycle AND task_id = :id ORDER BY id"""


async def extend(tx: Transaction, task: RowMapping, due_on: date) -> None:
    await counting.touch(tx, task["cycle"], tasks=[task["id"]])
    await tx.execute(EXTEND, {**_task(tx, task), "due_on": due_on, "now": tx.now})


async def request(tx: Transaction, task: RowMapping, decide_by: date) -> None:
    await tx.execute(REQUEST, {**_task(tx, task), "due_on": decide_by, "now": tx.now})


async def refuse(tx: Transaction, task: RowMapping) -> None:
    await tx.execute(REFUSE, {**_task(tx, task), "now": tx.now})


async def entries(tx: Transaction, task: RowMapping) -> Sequence[RowMapping]:
    return await tx.rows(ENTRIES, _task(tx, task))


def _task(tx: Transaction, task: RowMapping) -> dict[str, str | UUID]:
    return {"county": tx.county, "cycle": task["cycle"], "id": task["id"]}
