"""The township shares its visits out among the officials of the villages (policy.md, Who takes part)."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.dispatch.changes import changed
from services.warning_api.dispatch.rules import TO_BE_VERIFIED
from services.warning_api.dispatch.schemas import AssignmentItem
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_row_ids
from shared.db.narrowing import reach_condition

# Locked in the order of their ids, like everybody who holds several.
_HOLD: Final = """
SELECT id, cycle, region_code, state, assignee FROM verification_task
WHERE county_code = :county AND id = ANY (cast(:ids as uuid[])) AND dispatched_at IS NOT NULL AND {reach}
ORDER BY id FOR UPDATE"""

# Who makes the visit is nothing that a pulled sheet must know of, so the content stays as it is.
_ASSIGN: Final = f"""
UPDATE verification_task SET assignee = a.assignee, {changed("$2")}
FROM unnest($3::uuid[], $4::text[]) AS a (id, assignee)
WHERE verification_task.county_code = $1 AND verification_task.id = a.id"""

_KEEP: Final = """
INSERT INTO task_entry (county_code, cycle, id, task_id, region_code, kind, sealed, entered_by, entered_at)
SELECT $1, e.cycle, e.id, e.task_id, e.region_code, 'assignment', e.sealed, $2, $3
FROM unnest($4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::bytea[])
     AS e (cycle, id, task_id, region_code, sealed)"""

_FOREIGN: Final = ("not_found", "not_found", "未找到该任务：请核对任务编号，或该任务不属于本乡镇")
_VERIFIED: Final = ("rejected", "already_verified", "该任务已有核查结果，无需再指派")
_REPEATED: Final = ("rejected", "repeated_task", "同一任务在本次提交中出现多次，只取第一次")


async def assign(tx: Transaction, items: Sequence[AssignmentItem]) -> dict[str, Any]:
    """Give tasks to officials, each on its own; what was there before stays in the task's entries."""
    reach, parameters = reach_condition(tx.reach, "region_code")
    held = {
        row["id"]: row
        for row in await tx.rows(
            _HOLD.format(reach=reach),
            {"county": tx.county, "ids": [item.task_id for item in items], **parameters},
        )
    }
    given: dict[UUID, str | None] = {}
    results = []
    seen: set[UUID] = set()
    for item in items:
        refused = _refusal(held.get(item.task_id), repeated=item.task_id in seen)
        seen.add(item.task_id)
        if refused is not None:
            status, code, message = refused
            errors = [{"field": "task_id", "code": code, "message": message}]
            results.append({"task_id": item.task_id, "status": status, "errors": errors})
            continue
        same = held[item.task_id]["assignee"] == item.assignee
        if not same:
            given[item.task_id] = item.assignee
        results.append({"task_id": item.task_id, "status": "unchanged" if same else "accepted", "errors": []})
    if given:
        await _keep(tx, given, held)
    good = sum(not result["errors"] for result in results)
    return {"accepted": good, "rejected": len(results) - good, "items": results}


def _refusal(task: RowMapping | None, *, repeated: bool) -> tuple[str, str, str] | None:
    if task is None:
        return _FOREIGN
    if repeated:
        return _REPEATED
    return None if task["state"] in TO_BE_VERIFIED else _VERIFIED


async def _keep(tx: Transaction, given: dict[UUID, str | None], held: dict[UUID, RowMapping]) -> None:
    ids = new_row_ids(len(given))
    sealed = (await tx.sealer()).seal_many(
        "task_entry",
        "sealed",
        tx.county,
        [(id_.bytes, (name or "").encode()) for id_, name in zip(ids, given.values(), strict=True)],
    )
    driver = await tx.driver()
    await driver.execute(_ASSIGN, tx.county, tx.now, list(given), list(given.values()))
    tasks = [held[task_id] for task_id in given]
    await driver.execute(
        _KEEP,
        tx.county,
        str(tx.actor),
        tx.now,
        [task["cycle"] for task in tasks],
        ids,
        list(given),
        [task["region_code"] for task in tasks],
        sealed,
    )
    await audit.record(tx, "tasks.assigned", "tasks", {"tasks": len(given)})
