"""SQL of visits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db import Transaction
from shared.db.lines import array_of, lines
from shared.db.narrowing import reach_condition

#: Columns of a visit that go to the database as lines, and their types. None of them has a line break within.
COLUMNS = {
    "cycle": "text",
    "id": "uuid",
    "task_id": "uuid",
    "region_code": "text",
    "outcome": "text",
    "visited_on": "date",
    "needs_org": "text",
    "clue_outcomes": "jsonb",
    "risk_types": "text",
    "per_capita_income": "numeric",
    "guarantees": "jsonb",
    "register_as": "text",
    "row_key": "text",
    "version": "integer",
}

ADD = f"""
INSERT INTO verification (county_code, verified_by, verified_at, {", ".join(COLUMNS)}, sealed)
SELECT $1, $2, $3, {
    ", ".join(
        "coalesce(string_to_array(v.risk_types, ','), '{}')" if column == "risk_types" else f"v.{column}"
        for column in COLUMNS
    )
}, v.sealed
FROM unnest({", ".join(array_of(place, kind) for place, kind in enumerate(COLUMNS.values(), 4))}, ${
    4 + len(COLUMNS)
}::bytea[]) AS v ({", ".join(COLUMNS)}, sealed)"""

# PostgreSQL looks up the task of each visit (the foreign key), and would plan that anew for each, in the hope of a
# better plan for its month: four times the cost of the insertion.
ONE_PLAN = "SET LOCAL plan_cache_mode = force_generic_plan"
ANY_PLAN = "SET LOCAL plan_cache_mode = auto"

ANSWER_COLUMNS = (
    "task_id, id, cycle, sealed, outcome, visited_on, needs_org, clue_outcomes, risk_types, per_capita_income,"
    " guarantees, register_as, verified_by, verified_at, row_key, version"
)

IDS = array_of(2, "uuid")

LOCK_TASKS = f"""
SELECT id, cycle, region_code, state, dispatched_at, due_on, household_id, person_id, version, content_version,
       verified_at, accepted_at, accepted_by, case_refused
FROM verification_task t
WHERE t.county_code = $1 AND t.id = ANY ({IDS}) AND t.dispatched_at IS NOT NULL{{within}} AND EXISTS (
    SELECT FROM unnest($3::text[], $4::text[]) AS r (low, high)
    WHERE t.region_code >= r.low AND t.region_code < r.high)
ORDER BY t.id FOR UPDATE OF t{{waiting}}"""

CLUES = f"""
SELECT id, task_id, cycle, org_code, state, outcome FROM warning
WHERE county_code = $1 AND task_id = ANY ({IDS}){{within}}"""

LAST_RECEIPTS = """
SELECT w.task_id, max(p.answered_at) AS answered_at FROM policy_receipt p
JOIN warning w ON w.county_code = p.county_code AND w.cycle = p.cycle AND w.id = p.warning_id
WHERE w.county_code = :county AND w.task_id = ANY (cast(:ids as uuid[])) GROUP BY w.task_id"""


async def lock_tasks(
    tx: Transaction, ids: Sequence[UUID], cycles: Collection[str] | None = None, *, patiently: bool = True
) -> Sequence[Any]:
    """Dispatched tasks in reach, locked in the order of their ids so that two requests cannot deadlock. ``cycles``:
    the only months that they can be of, where that is known. Whoever holds tasks already does not wait ``patiently``:
    ``asyncpg.LockNotAvailableError`` where another holds one. The driver's rows, since there are many."""
    driver = await tx.driver()
    rows: Sequence[Any] = await driver.fetch(
        LOCK_TASKS.format(
            within=" AND t.cycle = ANY ($5)" if cycles is not None else "",
            waiting="" if patiently else " NOWAIT",
        ),
        tx.county,
        lines(ids),
        [start for start, _ in tx.reach.ranges],
        [end for _, end in tx.reach.ranges],
        *([list(cycles)] if cycles is not None else []),
    )
    return rows


async def warnings_of(
    tx: Transaction, ids: Sequence[UUID], cycles: Collection[str] | None = None
) -> Sequence[Any]:
    """The clues of tasks in the order of their numbers in a list; ``cycles`` as above. The driver's rows."""
    driver = await tx.driver()
    rows: Sequence[Any] = await driver.fetch(
        CLUES.format(within=" AND cycle = ANY ($3)" if cycles is not None else ""),
        tx.county,
        lines(ids),
        *([list(cycles)] if cycles is not None else []),
    )
    # Sorted here: for an ORDER BY the planner would walk the whole month.
    return sorted(rows, key=itemgetter("id"))


async def latest_answers(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, RowMapping]:
    """The last visit of each task, by task id."""
    rows = await tx.rows(
        f"SELECT DISTINCT ON (task_id) {ANSWER_COLUMNS} FROM verification"
        " WHERE county_code = :county AND task_id = ANY (cast(:ids as uuid[])) ORDER BY task_id, id DESC",
        {"county": tx.county, "ids": list(ids)},
    )
    return {row["task_id"]: row for row in rows}


async def visits_of(tx: Transaction, task_id: UUID) -> Sequence[RowMapping]:
    """Every visit of a task in reach, the first one first."""
    condition, parameters = reach_condition(tx.reach, "region_code")
    return await tx.rows(
        f"SELECT {ANSWER_COLUMNS} FROM verification"
        f" WHERE county_code = :county AND task_id = :task AND {condition} ORDER BY id",
        {"county": tx.county, "task": task_id, **parameters},
    )


async def last_receipts(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When a department has answered a clue of these tasks last, by task id."""
    if not ids:
        return {}
    rows = await tx.rows(LAST_RECEIPTS, {"county": tx.county, "ids": list(ids)})
    return {row["task_id"]: row["answered_at"] for row in rows}


def as_lines(visits: Sequence[Mapping[str, Any]]) -> list[str]:
    """Visits as ``add`` takes them, made where no connection is."""
    return [lines([visit[column] for visit in visits]) for column in COLUMNS]


async def add(tx: Transaction, columns: Sequence[str], sealed: Sequence[bytes]) -> None:
    driver = await tx.driver()
    await driver.execute(ONE_PLAN)
    await driver.execute(ADD, tx.county, str(tx.actor), tx.now, *columns, sealed)
    await driver.execute(ANY_PLAN)
