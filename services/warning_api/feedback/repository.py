"""SQL of outcomes, closing and policy receipts."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.counting import service as counting
from services.warning_api.dispatch.changes import changed
from shared.db import Transaction
from shared.db.lines import array_of, lines

ACCEPTABLE = """
SELECT id, region_code, household_id, person_id FROM verification_task
WHERE county_code = :county AND cycle = :cycle AND id = :id AND state = 'verified' AND accepted_at IS NULL
FOR UPDATE"""

# What the department has answered already is not asked again when a task was returned and verified anew. A warning
# whose outcome is what it was (another detail of the visit was corrected) stays as it is, with its clock.
DECIDE = f"""
UPDATE warning w
SET outcome = s.outcome, needs_org = s.needs_org, decided_on = $3, declined_on = NULL,
    state = CASE WHEN s.closes OR s.answered THEN 'closed' ELSE 'fed_back' END,
    closed_at = CASE WHEN s.closes OR s.answered THEN $4::timestamptz END,
    answer_due_on = CASE WHEN s.closes THEN NULL ELSE s.due_on END,
    outcome_changed_in = pg_current_xact_id(), outcome_changed_at = $4
FROM (
    SELECT d.*, EXISTS (
        SELECT 1 FROM policy_receipt p WHERE p.county_code = $1 AND p.cycle = $2 AND p.warning_id = d.id
          AND (d.needs_org IS NULL OR p.org_code = d.needs_org)) AS answered
    FROM unnest({array_of(5, "uuid")}, {array_of(6, "text")}, {array_of(7, "text")}, {array_of(8, "boolean")},
                {array_of(9, "date")}) AS d (id, outcome, needs_org, closes, due_on)) s
WHERE w.county_code = $1 AND w.cycle = $2 AND w.id = s.id AND w.withdrawn_at IS NULL
  AND (w.decided_on IS NULL OR w.outcome IS DISTINCT FROM s.outcome OR w.needs_org IS DISTINCT FROM s.needs_org)
RETURNING w.id, w.task_id, w.org_code, w.outcome, w.state"""

# Verified, and accepted in the same breath where that goes by rule ($7). A correction does not move the day on which
# the task was verified first.
MARK_VERIFIED = f"""
UPDATE verification_task t SET outcome = v.outcome, verified_at = coalesce(t.verified_at, $3),
    received_at = coalesce(t.received_at, $3), accepted_by = NULL,
    accepted_at = CASE WHEN $7 THEN $3::timestamptz END,
    state = CASE WHEN $7 AND NOT v.open THEN 'closed' ELSE 'verified' END,
    closed_at = CASE WHEN $7 AND NOT v.open THEN $3::timestamptz END,
    {changed("$3", "t", content=True)}
FROM unnest({array_of(4, "uuid")}, {array_of(5, "text")}, {array_of(6, "boolean")}) AS v (id, outcome, open)
WHERE t.county_code = $1 AND t.cycle = $2 AND t.id = v.id
RETURNING t.id, t.version"""

ACCEPT_TASKS = f"""
UPDATE verification_task t SET accepted_at = $3::timestamptz, accepted_by = $6, {changed("$3", "t")},
    state = CASE WHEN v.open THEN t.state ELSE 'closed' END,
    closed_at = CASE WHEN NOT v.open THEN $3::timestamptz END
FROM unnest($4::uuid[], $5::boolean[]) AS v (id, open)
WHERE t.county_code = $1 AND t.cycle = $2 AND t.id = v.id
RETURNING t.id, t.version"""

CLOSE_TASKS = f"""
UPDATE verification_task t SET state = 'closed', closed_at = $3, {changed("$3", "t")}
WHERE t.county_code = $1 AND t.cycle = $2 AND t.id = ANY ($4::uuid[]) AND t.state = 'verified'
  AND t.accepted_at IS NOT NULL"""

# The owner's function: a department does not see the other departments' warnings of a task.
OPEN_TASKS = "SELECT * FROM warning.open_tasks($1, $2, $3)"

# Before any warning of theirs, as everywhere: who locks in one order does not deadlock.
LOCK_TASKS = """
SELECT id FROM verification_task WHERE county_code = :county AND id IN (
    SELECT task_id FROM warning WHERE county_code = :county AND id = ANY (cast(:ids as uuid[])))
ORDER BY id FOR UPDATE"""

REOPEN = """
UPDATE warning SET state = 'dispatched', outcome = NULL, needs_org = NULL, decided_on = NULL,
    answer_due_on = NULL, declined_on = NULL, closed_at = NULL,
    outcome_changed_in = pg_current_xact_id(), outcome_changed_at = :now
WHERE county_code = :county AND cycle = :cycle AND task_id = :task AND withdrawn_at IS NULL RETURNING id"""

FOR_RECEIPT = """
SELECT id, cycle, task_id, org_code, needs_org, state, outcome, declined_on, matched_region_code AS region_code
FROM warning
WHERE county_code = :county AND id = ANY (cast(:ids as uuid[]))
  AND (:org = '*' OR org_code = :org OR needs_org = :org)
ORDER BY id FOR UPDATE"""

ADD_RECEIPTS = """
INSERT INTO policy_receipt (county_code, cycle, id, warning_id, region_code, org_code, done_on, amount, sealed,
                            answered_by, answered_at)
SELECT $1, r.cycle, r.id, r.warning_id, r.region_code, $2, r.done_on, r.amount, r.sealed, $3, $4
FROM unnest($5::text[], $6::uuid[], $7::uuid[], $8::text[], $9::date[], $10::numeric[], $11::bytea[])
     AS r (cycle, id, warning_id, region_code, done_on, amount, sealed)"""

# By whom it waits for: what another department did stands beside it.
CLOSE_WARNINGS = """
UPDATE warning SET state = 'closed', closed_at = $3, declined_on = NULL,
    outcome_changed_in = pg_current_xact_id(), outcome_changed_at = $3
WHERE county_code = $1 AND cycle = $2 AND id = ANY ($4::uuid[]) AND state = 'fed_back'
  AND (outcome <> 'needs_department' OR needs_org = $5)
RETURNING id, task_id, org_code, outcome"""


MARK_RETURNED = f"""
UPDATE verification_task SET state = 'returned', outcome = NULL, verified_at = NULL, accepted_at = NULL,
    accepted_by = NULL, closed_at = NULL, due_on = greatest(due_on, cast(:due_on as date)),
    {changed(":now", content=True)}
WHERE county_code = :county AND cycle = :cycle AND id = :id"""


async def acceptable_task(tx: Transaction, cycle: str, task_id: UUID) -> RowMapping | None:
    """A verified task whose feedback nobody has accepted, locked."""
    return await tx.row(ACCEPTABLE, {"county": tx.county, "cycle": cycle, "id": task_id})


async def decide(tx: Transaction, cycle: str, decisions: Sequence[dict[str, Any]]) -> Sequence[Any]:
    """Write outcomes of warnings, given as ``{id, outcome, needs_org, closes, due_on}``; those that have changed."""
    await counting.touch(tx, cycle, warnings=[decision["id"] for decision in decisions])
    driver = await tx.driver()
    rows: Sequence[Any] = await driver.fetch(
        DECIDE,
        tx.county,
        cycle,
        tx.today,
        tx.now,
        *(
            lines([decision[column] for decision in decisions])
            for column in ("id", "outcome", "needs_org", "closes", "due_on")
        ),
    )
    return rows


async def mark_verified(
    tx: Transaction,
    cycle: str,
    outcomes: Mapping[UUID, str],
    *,
    accepted: bool,
    still_open: Collection[UUID] = (),
) -> dict[UUID, int]:
    """Tasks as verified with these outcomes; where they are ``accepted`` at once, closed but for those that are
    ``still_open``. ``{task id: version}``."""
    await counting.touch(tx, cycle, tasks=list(outcomes))
    driver = await tx.driver()
    rows = await driver.fetch(
        MARK_VERIFIED,
        tx.county,
        cycle,
        tx.now,
        lines(outcomes),
        lines(outcomes.values()),
        lines([id_ in still_open for id_ in outcomes]),
        accepted,
    )
    return {row["id"]: row["version"] for row in rows}


async def accept_tasks(
    tx: Transaction, cycle: str, ids: Sequence[UUID], still_open: Collection[UUID], reviewer: str
) -> dict[UUID, int]:
    """Mark tasks accepted after review, closed but for those that are ``still_open``; ``{task id: version}``."""
    await counting.touch(tx, cycle, tasks=ids)
    driver = await tx.driver()
    opens = [id_ in still_open for id_ in ids]
    rows = await driver.fetch(ACCEPT_TASKS, tx.county, cycle, tx.now, list(ids), opens, reviewer)
    return {row["id"]: row["version"] for row in rows}


async def close_tasks(tx: Transaction, cycle: str, ids: Sequence[UUID]) -> None:
    """Close the accepted tasks among ``ids`` that have no open warning left."""
    await counting.touch(tx, cycle, tasks=ids)
    driver = await tx.driver()
    still_open = {row[0] for row in await driver.fetch(OPEN_TASKS, tx.county, cycle, list(ids))}
    await driver.execute(CLOSE_TASKS, tx.county, cycle, tx.now, [id_ for id_ in ids if id_ not in still_open])


async def task_versions(tx: Transaction, cycle: str, ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = await tx.rows(
        "SELECT id, version FROM verification_task"
        " WHERE county_code = :county AND cycle = :cycle AND id = ANY (cast(:ids as uuid[]))",
        {"county": tx.county, "cycle": cycle, "ids": list(ids)},
    )
    return {row["id"]: row["version"] for row in rows}


async def reopen_warnings(tx: Transaction, cycle: str, task_id: UUID) -> list[UUID]:
    await counting.touch(tx, cycle, tasks=[task_id])
    rows = await tx.rows(REOPEN, {"county": tx.county, "cycle": cycle, "task": task_id, "now": tx.now})
    return [row["id"] for row in rows]


async def warnings_for_receipt(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, RowMapping]:
    """The department's own warnings and those that need it, locked with their tasks, by id."""
    await tx.execute(LOCK_TASKS, {"county": tx.county, "ids": list(ids)})
    rows = await tx.rows(FOR_RECEIPT, {"county": tx.county, "ids": list(ids), "org": tx.reach.org})
    return {row["id"]: row for row in rows}


async def receipts_of(tx: Transaction, ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """In the order of their coming; of a department only its own."""
    return await tx.rows(
        "SELECT id, warning_id, org_code, done_on, amount, sealed, answered_at FROM policy_receipt"
        " WHERE county_code = :county AND warning_id = ANY (cast(:ids as uuid[])) ORDER BY id",
        {"county": tx.county, "ids": list(ids)},
    )


async def add_receipts(tx: Transaction, org: str, receipts: Sequence[dict[str, Any]]) -> None:
    driver = await tx.driver()
    columns = ("cycle", "id", "warning_id", "region_code", "done_on", "amount", "sealed")
    await driver.execute(
        ADD_RECEIPTS,
        tx.county,
        org,
        str(tx.actor),
        tx.now,
        *([receipt[column] for receipt in receipts] for column in columns),
    )


async def close_warnings(tx: Transaction, cycle: str, ids: Sequence[UUID]) -> Sequence[Any]:
    await counting.touch(tx, cycle, warnings=ids)
    driver = await tx.driver()
    rows: Sequence[Any] = await driver.fetch(
        CLOSE_WARNINGS, tx.county, cycle, tx.now, list(ids), tx.reach.org
    )
    return rows


async def record_case(tx: Transaction, task_id: UUID, case_id: UUID | None, refused: str | None) -> None:
    """What household_api made of a confirmed task."""
    await tx.execute(
        f"UPDATE verification_task SET case_id = :case, case_refused = :refused, {changed(':now')}"
        " WHERE county_code = :county AND id = :id",
        {"county": tx.county, "id": task_id, "case": case_id, "refused": refused, "now": tx.now},
    )


async def record_household(tx: Transaction, task_id: UUID, household_id: UUID | None) -> None:
    """The household as which household_api has registered whom the task is about."""
    await tx.execute(
        f"UPDATE verification_task SET household_id = :household, {changed(':now')}"
        " WHERE county_code = :county AND id = :id AND household_id IS NULL"
        " AND cast(:household as uuid) IS NOT NULL",
        {"county": tx.county, "id": task_id, "household": household_id, "now": tx.now},
    )


async def mark_returned(tx: Transaction, cycle: str, task_id: UUID, due_on: date) -> None:
    await counting.touch(tx, cycle, tasks=[task_id])
    await tx.execute(
        MARK_RETURNED,
        {"county": tx.county, "cycle": cycle, "id": task_id, "due_on": due_on, "now": tx.now},
    )
