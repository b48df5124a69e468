"""SQL of outcomes, closing and policy receipts."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db import Transaction

ACCEPTABLE = """
SELECT id, cycle, region_code, household_id, person_id, outcome, version FROM verification_task
WHERE county_code = :county AND id = ANY (cast(:ids as uuid[])) AND state = 'verified' AND accepted_at IS NULL
ORDER BY id FOR UPDATE"""

# What the department has answered already is not asked again when a task was returned and verified anew.
DECIDE = """
UPDATE warning w
SET outcome = d.outcome, needs_org = d.needs_org, decided_on = $3,
    state = CASE WHEN d.closes OR r.answered THEN 'closed' ELSE 'fed_back' END,
    closed_at = CASE WHEN d.closes OR r.answered THEN $4::timestamptz END,
    answer_due_on = CASE WHEN d.closes THEN NULL ELSE $5::date END
FROM unnest($6::uuid[], $7::text[], $8::text[], $9::boolean[]) AS d (id, outcome, needs_org, closes)
CROSS JOIN LATERAL (SELECT EXISTS (
    SELECT 1 FROM policy_receipt p WHERE p.county_code = $1 AND p.cycle = $2 AND p.warning_id = d.id
      AND (d.needs_org IS NULL OR p.org_code = d.needs_org)
) AS answered) r
WHERE w.county_code = $1 AND w.cycle = $2 AND w.id = d.id AND w.withdrawn_at IS NULL
RETURNING w.id, w.task_id, w.org_code, w.outcome, w.state"""

ACCEPT_TASKS = """
UPDATE verification_task t SET accepted_at = $3::timestamptz, updated_at = $3, version = version + 1,
    state = CASE WHEN o.open THEN t.state ELSE 'closed' END, closed_at = CASE WHEN NOT o.open THEN $3::timestamptz END
FROM (SELECT i.id, EXISTS (SELECT 1 FROM warning w WHERE w.county_code = $1 AND w.cycle = $2
                             AND w.task_id = i.id AND w.state <> 'closed') AS open
      FROM unnest($4::uuid[]) AS i (id)) o
WHERE t.county_code = $1 AND t.cycle = $2 AND t.id = o.id
RETURNING t.id, t.version"""

CLOSE_TASKS = """
UPDATE verification_task t SET state = 'closed', closed_at = $3, updated_at = $3, version = version + 1
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
    answer_due_on = NULL, closed_at = NULL
WHERE county_code = :county AND cycle = :cycle AND task_id = :task AND withdrawn_at IS NULL RETURNING id"""

OUTCOMES = """
SELECT id, id AS warning_id, task_id, cycle, org_code, source_record_id, filing_seq, outcome, needs_org, state,
       decided_on, answer_due_on
FROM warning
WHERE county_code = :county AND (cast(:cycle as text) IS NULL OR cycle = :cycle)
  AND (:org = '*' OR org_code = :org OR needs_org = :org)
  AND (cast(:after as uuid) IS NULL OR id > cast(:after as uuid))
ORDER BY id LIMIT :limit"""

FOR_RECEIPT = """
SELECT id, cycle, task_id, org_code, state, outcome, matched_region_code AS region_code FROM warning
WHERE county_code = :county AND id = ANY (cast(:ids as uuid[]))
  AND (:org = '*' OR org_code = :org OR needs_org = :org)
ORDER BY id FOR UPDATE"""

ADD_RECEIPTS = """
INSERT INTO policy_receipt (county_code, cycle, id, warning_id, region_code, org_code, done_on, amount, sealed,
                            answered_by, answered_at)
SELECT $1, r.cycle, r.id, r.warning_id, r.region_code, $2, r.done_on, r.amount, r.sealed, $3, $4
FROM unnest($5::text[], $6::uuid[], $7::uuid[], $8::text[], $9::date[], $10::numeric[], $11::bytea[])
     AS r (cycle, id, warning_id, region_code, done_on, amount, sealed)"""

CLOSE_WARNINGS = """
UPDATE warning SET state = 'closed', closed_at = $3
WHERE county_code = $1 AND cycle = $2 AND id = ANY ($4::uuid[]) AND state = 'fed_back'
RETURNING id, task_id, org_code, outcome"""


MARK_RETURNED = """
UPDATE verification_task SET state = 'returned', outcome = NULL, verified_at = NULL, accepted_at = NULL,
    closed_at = NULL, due_on = greatest(due_on, cast(:due_on as date)), updated_at = :now,
    version = version + 1, content_version = version + 1
WHERE county_code = :county AND cycle = :cycle AND id = :id"""


async def acceptable_tasks(tx: Transaction, ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """Verified tasks whose feedback nobody has accepted, locked."""
    return await tx.rows(ACCEPTABLE, {"county": tx.county, "ids": list(ids)})


async def decide(
    tx: Transaction, cycle: str, answer_due_on: date, decisions: Sequence[dict[str, Any]]
) -> Sequence[Any]:
    """Write outcomes of warnings, given as ``{id, outcome, needs_org, closes}``."""
    driver = await tx.driver()
    rows: Sequence[Any] = await driver.fetch(
        DECIDE,
        tx.county,
        cycle,
        tx.today,
        tx.now,
        answer_due_on,
        *(
            [decision[column] for decision in decisions]
            for column in ("id", "outcome", "needs_org", "closes")
        ),
    )
    return rows


async def accept_tasks(tx: Transaction, cycle: str, ids: Sequence[UUID]) -> dict[UUID, int]:
    """Mark tasks accepted, closed where every warning is; ``{task id: version}``."""
    driver = await tx.driver()
    rows = await driver.fetch(ACCEPT_TASKS, tx.county, cycle, tx.now, list(ids))
    return {row["id"]: row["version"] for row in rows}


async def close_tasks(tx: Transaction, cycle: str, ids: Sequence[UUID]) -> None:
    """Close the accepted tasks among ``ids`` that have no open warning left."""
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
    rows = await tx.rows(REOPEN, {"county": tx.county, "cycle": cycle, "task": task_id})
    return [row["id"] for row in rows]


async def outcomes(
    tx: Transaction, cycle: str | None, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    return await tx.rows(
        OUTCOMES,
        {"county": tx.county, "cycle": cycle, "org": tx.reach.org, "after": after, "limit": limit},
    )


async def warnings_for_receipt(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, RowMapping]:
    """The department's own warnings and those that need it, locked with their tasks, by id."""
    await tx.execute(LOCK_TASKS, {"county": tx.county, "ids": list(ids)})
    rows = await tx.rows(FOR_RECEIPT, {"county": tx.county, "ids": list(ids), "org": tx.reach.org})
    return {row["id"]: row for row in rows}


async def receipts_of(tx: Transaction, ids: Sequence[UUID]) -> Sequence[RowMapping]:
    return await tx.rows(
        "SELECT id, warning_id, org_code, done_on, amount, sealed FROM policy_receipt"
        " WHERE county_code = :county AND warning_id = ANY (cast(:ids as uuid[]))",
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
    driver = await tx.driver()
    rows: Sequence[Any] = await driver.fetch(CLOSE_WARNINGS, tx.county, cycle, tx.now, list(ids))
    return rows


async def record_case(tx: Transaction, task_id: UUID, case_id: UUID | None, refused: str | None) -> None:
    """What household_api made of a confirmed task."""
    await tx.execute(
        "UPDATE verification_task SET case_id = :case, case_refused = :refused, updated_at = :now,"
        " version = version + 1 WHERE county_code = :county AND id = :id",
        {"county": tx.county, "id": task_id, "case": case_id, "refused": refused, "now": tx.now},
    )


async def record_household(tx: Transaction, task_id: UUID, household_id: UUID | None) -> None:
    """The household as which household_api has registered whom the task is about."""
    await tx.execute(
        "UPDATE verification_task SET household_id = :household, updated_at = :now, version = version + 1"
        " WHERE county_code = :county AND id = :id AND household_id IS NULL"
        " AND cast(:household as uuid) IS NOT NULL",
        {"county": tx.county, "id": task_id, "household": household_id, "now": tx.now},
    )


async def mark_returned(tx: Transaction, cycle: str, task_id: UUID, due_on: date) -> None:
    await tx.execute(
        MARK_RETURNED,
        {"county": tx.county, "cycle": cycle, "id": task_id, "due_on": due_on, "now": tx.now},
    )
