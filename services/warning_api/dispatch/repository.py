"""SQL of verification tasks: making them, joining clues, dispatching."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.counting import service as counting
from services.warning_api.dispatch.changes import changed
from services.warning_api.dispatch.rules import OPEN_FOR_CLUES
from shared.db import Transaction
from shared.db.lines import array_of, lines

# A re-check takes no clues: it asks again what was answered. An open task comes before the re-check that returned it.
LATEST_TASKS = """
SELECT DISTINCT ON (subject_key) id, subject_key, state = ANY ($4::text[]) AND NOT is_recheck AS open,
       max(follow_up) OVER (PARTITION BY subject_key) AS follow_up
FROM (SELECT *, origins = '{recheck}' AS is_recheck FROM verification_task
      WHERE county_code = $1 AND cycle = $2 AND subject_key = ANY ($3::bytea[])) t
ORDER BY subject_key, (state = ANY ($4::text[]) AND NOT is_recheck) DESC, t.follow_up DESC"""

# Of the open tasks that were found, those that are still open now that we hold them.
LOCK_OPEN = """
SELECT id, due_on FROM verification_task
WHERE county_code = $1 AND cycle = $2 AND id = ANY ($3::uuid[]) AND state = ANY ($4::text[])
ORDER BY id FOR UPDATE"""

#: What a new task is made of. Columns with a type go to the database as lines.
TASK_COLUMNS: Final[Mapping[str, str | None]] = {
    "id": "uuid",
    "subject_key": None,
    "follow_up": "integer",
    "township_code": "text",
    "region_code": "text",
    "household_id": "uuid",
    "person_id": "uuid",
    "household_type": "text",
    "sealed": None,
    "origins": "text",
    "urgent": "boolean",
    "dispatched_at": "timestamptz",
    "due_on": "date",
}

ADD_TASKS = f"""
INSERT INTO verification_task (
    county_code, cycle, id, subject_key, follow_up, township_code, region_code, household_id, person_id,
    household_type, sealed, origins, urgent, state, dispatched_at, due_on, extended, created_at, updated_at,
    version, content_version)
SELECT $1, $2, t.id, t.subject_key, t.follow_up, t.township_code, t.region_code, t.household_id, t.person_id,
       t.household_type, t.sealed, string_to_array(t.origins, ','), t.urgent, 'pending', t.dispatched_at,
       t.due_on, false, $3, $3, 1, 1
FROM unnest({
    ", ".join(
        f"${place}::bytea[]" if kind is None else array_of(place, kind)
        for place, kind in enumerate(TASK_COLUMNS.values(), 4)
    )
}) AS t ({", ".join(TASK_COLUMNS)})"""

JOIN_CLUES = f"""
UPDATE verification_task t
SET urgent = t.urgent OR j.urgent,
    origins = t.origins || ARRAY(SELECT o FROM unnest(string_to_array(j.origins, ',')) AS o WHERE o <> ALL (t.origins)),
    due_on = CASE WHEN j.urgent THEN least(t.due_on, $4) WHEN t.extended THEN t.due_on ELSE least(t.due_on, $5) END,
    {changed("$3", "t", content=True)}
FROM unnest($6::uuid[], $7::boolean[], $8::text[]) AS j (id, urgent, origins)
WHERE t.county_code = $1 AND t.cycle = $2 AND t.id = j.id
RETURNING t.id, t.version, t.township_code, t.region_code, t.due_on, t.dispatched_at, t.received_at"""

WAITING = """
SELECT id, region_code, urgent FROM verification_task
WHERE county_code = :county AND cycle = :cycle AND dispatched_at IS NULL AND state = 'pending'
  AND (cast(:ids as uuid[]) IS NULL OR id = ANY (cast(:ids as uuid[])))
  AND (cast(:from as text) IS NULL OR (region_code >= :from AND region_code < :to))
ORDER BY id FOR UPDATE"""

DISPATCH = f"""
UPDATE verification_task SET region_code = d.region_code, township_code = left(d.region_code, 9),
    dispatched_at = $3, due_on = greatest(verification_task.due_on, d.due_on), {changed("$3", content=True)}
FROM unnest($4::uuid[], $5::text[], $6::date[]) AS d (id, region_code, due_on)
WHERE verification_task.county_code = $1 AND verification_task.cycle = $2 AND verification_task.id = d.id
RETURNING verification_task.id, version, township_code, verification_task.region_code,
          verification_task.due_on, dispatched_at"""

FOLLOW_TASKS = """
UPDATE warning w SET state = 'dispatched', matched_region_code = t.region_code
FROM verification_task t
WHERE t.county_code = $1 AND t.cycle = $2 AND t.id = ANY ($3::uuid[])
  AND w.county_code = $1 AND w.cycle = $2 AND w.task_id = t.id AND w.state = 'compared'
RETURNING w.id"""


async def latest_tasks(tx: Transaction, cycle: str, keys: Sequence[bytes]) -> dict[bytes, Any]:
    """The last task of each subject, ``{subject_key: row}``; open ones are locked, so that they stay open, and say
    until when they are to be done."""
    driver = await tx.driver()
    rows = await driver.fetch(LATEST_TASKS, tx.county, cycle, list(keys), list(OPEN_FOR_CLUES))
    open_ids = [row["id"] for row in rows if row["open"]]
    held = await driver.fetch(LOCK_OPEN, tx.county, cycle, open_ids, list(OPEN_FOR_CLUES))
    still_open = {row["id"]: row["due_on"] for row in held}
    return {
        row["subject_key"]: {
            "id": row["id"],
            "follow_up": row["follow_up"],
            "open": row["id"] in still_open,
            "due_on": still_open.get(row["id"]),
        }
        for row in rows
    }


async def answered_tasks(tx: Transaction, cycle: str, ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """What a task that asks the same again is made of."""
    return await tx.rows(
        "SELECT id, subject_key, township_code, region_code, household_id, person_id, household_type, sealed"
        " FROM verification_task WHERE county_code = :county AND cycle = :cycle"
        " AND id = ANY (cast(:ids as uuid[])) ORDER BY id",
        {"county": tx.county, "cycle": cycle, "ids": list(ids)},
    )


async def add_tasks(tx: Transaction, cycle: str, tasks: Sequence[dict[str, Any]]) -> None:
    if not tasks:
        return
    driver = await tx.driver()
    columns: list[Any] = [
        [task[column] for task in tasks] if kind is None else lines(task[column] for task in tasks)
        for column, kind in TASK_COLUMNS.items()
    ]
    await driver.execute(ADD_TASKS, tx.county, cycle, tx.now, *columns)


async def join_clues(
    tx: Transaction, cycle: str, urgent_due_on: date, due_on: date, joined: Sequence[tuple[UUID, bool, str]]
) -> Sequence[Any]:
    """Open tasks that take more clues, given as (task id, urgent, origins with commas); the tasks as they are now.

    They are due no later than a task that were made now, unless the county has given more time.
    """
    if not joined:
        return []
    driver = await tx.driver()
    rows: Sequence[Any] = await driver.fetch(
        JOIN_CLUES,
        tx.county,
        cycle,
        tx.now,
        urgent_due_on,
        due_on,
        *(list(column) for column in zip(*joined, strict=True)),
    )
    return rows


async def unlink(tx: Transaction, values: Mapping[str, Any]) -> None:
    """``county, cycle, task, warning``: the warning leaves the task and is as it was when it was filed."""
    await counting.touch(tx, values["cycle"], tasks=[values["task"]], warnings=[values["warning"]])
    await tx.execute(
        "UPDATE warning SET task_id = NULL, state = 'filed'"
        " WHERE county_code = :county AND cycle = :cycle AND id = :warning AND task_id = :task",
        values,
    )


async def first_open_clue(tx: Transaction, values: Mapping[str, Any]) -> RowMapping | None:
    """``county, cycle, task``: the warning that came first of those that are not closed."""
    return await tx.row(
        "SELECT id, sealed, person_id FROM warning WHERE county_code = :county AND cycle = :cycle"
        " AND task_id = :task AND state <> 'closed' ORDER BY id LIMIT 1",
        values,
    )


async def name_after(tx: Transaction, values: Mapping[str, Any]) -> None:
    """``county, cycle, task, sealed, person, now``: whom to ask for on the visit."""
    await tx.execute(
        f"UPDATE verification_task SET sealed = :sealed, person_id = :person, {changed(':now', content=True)}"
        " WHERE county_code = :county AND cycle = :cycle AND id = :task",
        values,
    )


async def waiting(
    tx: Transaction, cycle: str, ids: Sequence[UUID] | None, bounds: tuple[str, str] | None
) -> Sequence[RowMapping]:
    """Tasks that are not dispatched, locked: those named, or those of a region."""
    return await tx.rows(
        WAITING,
        {
            "county": tx.county,
            "cycle": cycle,
            "ids": list(ids) if ids is not None else None,
            "from": bounds[0] if bounds else None,
            "to": bounds[1] if bounds else None,
        },
    )


async def dispatch(
    tx: Transaction, cycle: str, tasks: Sequence[tuple[UUID, str, date]]
) -> tuple[Sequence[Any], list[UUID]]:
    """Send tasks to townships, given as (id, region code, due on); the tasks, and their warnings' ids."""
    await counting.touch(tx, cycle, tasks=[id_ for id_, _, _ in tasks])
    driver = await tx.driver()
    rows = await driver.fetch(
        DISPATCH,
        tx.county,
        cycle,
        tx.now,
        [id_ for id_, _, _ in tasks],
        [region for _, region, _ in tasks],
        [due for _, _, due in tasks],
    )
    warnings = await driver.fetch(FOLLOW_TASKS, tx.county, cycle, [id_ for id_, _, _ in tasks])
    return rows, [row["id"] for row in warnings]
