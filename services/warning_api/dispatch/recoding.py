"""Places that are called otherwise: open tasks and warnings go along, what is closed keeps what was."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.engine import RowMapping

from services.warning_api.counting import service as counting
from services.warning_api.dispatch.changes import changed
from services.warning_api.dispatch.service import tell_townships
from services.warning_api.rectification import recoding as inspection
from shared import audit
from shared.db import Transaction

_CODES: Final = "unnest(cast(:codes as text[]), cast(:to as text[])) AS m (former, region_code)"

#: What is going to move, by month. Only that moves: what comes onto a former code meanwhile goes the next time.
_MOVING: Final = """
SELECT cycle, array_agg(id) AS ids FROM {table}
WHERE county_code = :county AND state <> 'closed' AND {column} = ANY (cast(:codes as text[])) GROUP BY cycle"""

_TASKS: Final = f"""
UPDATE verification_task t SET region_code = m.region_code, township_code = left(m.region_code, 9),
    {changed(":now", "t")}
FROM {_CODES}
WHERE t.county_code = :county AND t.id = ANY (cast(:moving as uuid[])) AND t.state <> 'closed'
    AND t.region_code = m.former
RETURNING t.id, t.cycle, t.version, t.region_code, t.township_code, t.due_on, t.dispatched_at"""

#: Who reaches them goes with the task, which stands in this column; the visit itself stays as it was told.
_OF_TASK: Final = {
    "verification": "task_id",
    "task_entry": "task_id",
    "attachment": "about_id",
    "recheck_sample": "recheck_task_id",
}

_FOLLOW: Final = """
UPDATE {table} f SET region_code = m.region_code
FROM unnest(cast(:cycles as text[]), cast(:ids as uuid[]), cast(:regions as text[])) AS m (cycle, id, region_code)
WHERE f.county_code = :county AND f.cycle = m.cycle AND f.{column} = m.id"""

_RECEIPTS: Final = f"""
UPDATE policy_receipt f SET region_code = m.region_code
FROM warning w, {_CODES}
WHERE f.county_code = :county AND w.county_code = :county AND w.cycle = f.cycle AND w.id = f.warning_id
    AND w.state <> 'closed' AND f.region_code = m.former"""

#: Receipts of self-reports: a farmer asks after his with the code of his village as it is now.
_REPORTS: Final = f"""
UPDATE self_report f SET region_code = m.region_code FROM {_CODES}
WHERE f.county_code = :county AND f.region_code = m.former"""

_WARNINGS: Final = f"""
UPDATE warning w SET matched_region_code = m.region_code FROM {_CODES}
WHERE w.county_code = :county AND w.id = ANY (cast(:moving as uuid[])) AND w.state <> 'closed'
    AND w.matched_region_code = m.former"""

#: The options among which a person still chooses.
_OPTIONS: Final = """
UPDATE candidate c SET options = (
    SELECT jsonb_agg(CASE WHEN m.region_code IS NULL THEN o.option
        ELSE o.option || jsonb_build_object('region_code', m.region_code) END ORDER BY o.place)
    FROM jsonb_array_elements(c.options) WITH ORDINALITY AS o (option, place)
    LEFT JOIN unnest(cast(:codes as text[]), cast(:to as text[])) AS m (former, region_code)
        ON m.former = o.option->>'region_code')
WHERE c.county_code = :county AND c.decided_at IS NULL AND EXISTS (
    SELECT FROM jsonb_array_elements(c.options) AS o (option)
    WHERE o.option->>'region_code' = ANY (cast(:codes as text[])))"""


async def standing(tx: Transaction, codes: Sequence[str]) -> dict[str, dict[str, int]]:
    """What would move, by code and kind: open tasks, open warnings, and what is inspected."""
    rows = await tx.rows(
        """SELECT region_code, 'tasks' AS kind, count(*) AS standing FROM verification_task
        WHERE county_code = :county AND state <> 'closed' AND region_code = ANY (cast(:codes as text[]))
        GROUP BY region_code
        UNION ALL
        SELECT matched_region_code, 'warnings', count(*) FROM warning
        WHERE county_code = :county AND state <> 'closed' AND matched_region_code = ANY (cast(:codes as text[]))
        GROUP BY matched_region_code""",
        {"county": tx.county, "codes": list(codes)},
    )
    found: dict[str, dict[str, int]] = {}
    for row in (*rows, *await inspection.standing(tx, codes)):
        found.setdefault(row["region_code"], {})[row["kind"]] = row["standing"]
    return found


async def move(tx: Transaction, codes: Mapping[str, str]) -> None:
    """Open work goes from codes that have ended to the present ones; its townships are told of their tasks.

    Neither the code that a department sent nor a closed task changes. The call reaches the whole county and may
    write what has been visited: the owner's, when regions are changed.
    """
    values = {"county": tx.county, "codes": list(codes), "to": list(codes.values())}
    moving_tasks = await tx.rows(_MOVING.format(table="verification_task", column="region_code"), values)
    for month in moving_tasks:
        await counting.touch(tx, month["cycle"], tasks=month["ids"])
    moving_warnings = await tx.rows(_MOVING.format(table="warning", column="matched_region_code"), values)
    for month in moving_warnings:
        await counting.touch(tx, month["cycle"], warnings=month["ids"])
    task_ids = [id_ for month in moving_tasks for id_ in month["ids"]]
    values["moving"] = [id_ for month in moving_warnings for id_ in month["ids"]]
    tasks = await tx.rows(_TASKS, {**values, "moving": task_ids, "now": tx.now})
    of_tasks = {
        "county": tx.county,
        "cycles": [task["cycle"] for task in tasks],
        "ids": [task["id"] for task in tasks],
        "regions": [task["region_code"] for task in tasks],
    }
    for table, column in _OF_TASK.items():
        await tx.execute(_FOLLOW.format(table=table, column=column), of_tasks)
    for statement in (_RECEIPTS, _REPORTS, _WARNINGS, _OPTIONS):
        await tx.execute(statement, values)
    by_cycle: dict[str, list[RowMapping]] = {}
    for task in tasks:
        by_cycle.setdefault(task["cycle"], []).append(task)
    for cycle, moved in by_cycle.items():
        await tell_townships(tx, cycle, moved)
    await inspection.move(tx, codes)
    if tasks:
        await audit.record(tx, "tasks.moved", "tasks", {"codes": dict(codes), "tasks": len(tasks)})
