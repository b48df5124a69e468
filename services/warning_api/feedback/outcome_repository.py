"""SQL of outcomes as departments read them, and of what they refer to one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.counting import service as counting
from services.warning_api.filing.rules import OTHER_ORIGINS
from shared.db import Transaction
from shared.pagination.snapshots import Poll

#: Who has to answer: the department that is needed, otherwise the one that has pushed.
AWAITED = "CASE WHEN w.outcome = 'needs_department' THEN w.needs_org ELSE w.org_code END"

COLUMNS = f"""
    w.id, w.id AS warning_id, w.task_id, w.cycle, w.org_code, w.source_record_id, w.filing_seq, w.indicator,
    w.occurred_on, w.outcome, w.needs_org, w.state, w.decided_on, w.answer_due_on, w.declined_on,
    coalesce(w.referrals, 0) + 1 AS version, w.matched_region_code AS region_code,
    CASE WHEN w.state = 'fed_back' THEN {AWAITED} END AS waits_for,
    w.state = 'fed_back' AND w.declined_on IS NULL AND w.answer_due_on < :today AS overdue,
    cast(w.outcome_changed_in AS text) AS changed_in"""

# The county reads what departments have pushed; what came in other ways has its tasks.
OWN = """w.county_code = :county
  AND (:org = '*' AND w.org_code <> ALL (cast(:other_origins as text[])) OR w.org_code = :org OR w.needs_org = :org)"""

#: ``answered``: closed by a department, not by the county's acceptance.
STATES = {
    "waiting": f"w.state = 'fed_back' AND w.declined_on IS NULL AND (:org = '*' OR {AWAITED} = :org)",
    "overdue": "w.state = 'fed_back' AND w.declined_on IS NULL AND w.answer_due_on < :today"
    f" AND (:org = '*' OR {AWAITED} = :org)",
    "declined": "w.state = 'fed_back' AND w.declined_on IS NOT NULL",
    "answered": "w.state = 'closed' AND w.answer_due_on IS NOT NULL",
    "closed": "w.state = 'closed'",
}

ONE = f"SELECT {COLUMNS} FROM warning w WHERE {OWN} AND w.id = :id"

# With its task before it, as everywhere: who locks in one order does not deadlock.
LOCK_TASK = """
SELECT id FROM verification_task WHERE county_code = :county
  AND (cycle, id) = (SELECT cycle, task_id FROM warning WHERE county_code = :county AND id = :id) FOR UPDATE"""

ADD_REFERRAL = """
INSERT INTO referral (county_code, cycle, id, warning_id, region_code, kind, from_org, to_org, sealed, entered_by,
                      entered_at)
VALUES (:county, :cycle, :id, :warning, :region, :kind, :from_org, :to_org, :sealed, :actor, :now)"""

REFERRALS = """
SELECT id, kind, from_org, to_org, sealed, entered_at FROM referral
WHERE county_code = :county AND cycle = :cycle AND warning_id = :warning ORDER BY id"""

DECLINE = """
UPDATE warning SET declined_on = :today, referrals = coalesce(referrals, 0) + 1,
    outcome_changed_in = pg_current_xact_id(), outcome_changed_at = :now
WHERE county_code = :county AND cycle = :cycle AND id = :id"""

REDIRECT = """
UPDATE warning SET needs_org = :to_org, declined_on = NULL, answer_due_on = :due_on,
    referrals = coalesce(referrals, 0) + 1, outcome_changed_in = pg_current_xact_id(), outcome_changed_at = :now
WHERE county_code = :county AND cycle = :cycle AND id = :id"""


@dataclass(frozen=True, slots=True)
class OutcomeFilter:
    cycle: str | None = None
    state: str | None = None
    changed_after: datetime | None = None


async def outcomes(tx: Transaction, wanted: OutcomeFilter, poll: Poll, limit: int) -> Sequence[RowMapping]:
    condition, values = poll.condition("w")
    conditions = [OWN, condition]
    if wanted.cycle is not None:
        conditions.append("w.cycle = :cycle")
        values["cycle"] = wanted.cycle
    if wanted.state is not None:
        conditions.append(STATES[wanted.state])
    if wanted.changed_after is not None:
        conditions.append("w.outcome_changed_at > :changed_after")
        values["changed_after"] = wanted.changed_after
    return await tx.rows(
        f"SELECT {COLUMNS} FROM (SELECT *, outcome_changed_in AS changed_in FROM warning) w"
        f" WHERE {' AND '.join(conditions)} ORDER BY {poll.order('w')} LIMIT :limit",
        {**values, **_caller(tx), "limit": limit},
    )


async def outcome(tx: Transaction, warning_id: UUID, *, lock: bool = False) -> RowMapping | None:
    values = {**_caller(tx), "id": warning_id}
    if lock:
        await tx.execute(LOCK_TASK, values)
    return await tx.row(ONE + (" FOR UPDATE" if lock else ""), values)


async def told_of(tx: Transaction, ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """Whom warnings are about (``sealed``) and where they live, for the department that is to help."""
    return await tx.rows(
        "SELECT id, sealed, matched_region_code FROM warning"
        " WHERE county_code = :county AND id = ANY (cast(:ids as uuid[]))",
        {"county": tx.county, "ids": list(ids)},
    )


def _caller(tx: Transaction) -> dict[str, Any]:
    return {
        "county": tx.county,
        "org": tx.reach.org,
        "today": tx.today,
        "other_origins": list(OTHER_ORIGINS),
    }


async def referrals(tx: Transaction, cycle: str, warning_id: UUID) -> Sequence[RowMapping]:
    return await tx.rows(REFERRALS, {"county": tx.county, "cycle": cycle, "warning": warning_id})


async def add_referral(
    tx: Transaction, row: RowMapping, referral_id: UUID, kind: str, to_org: str | None, sealed: bytes
) -> None:
    await tx.execute(
        ADD_REFERRAL,
        {
            "county": tx.county,
            "cycle": row["cycle"],
            "id": referral_id,
            "warning": row["id"],
            "region": row["region_code"],
            "kind": kind,
            "from_org": row["needs_org"],
            "to_org": to_org,
            "sealed": sealed,
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )


async def decline(tx: Transaction, row: RowMapping) -> None:
    await tx.execute(
        DECLINE,
        {"county": tx.county, "cycle": row["cycle"], "id": row["id"], "today": tx.today, "now": tx.now},
    )


async def redirect(tx: Transaction, row: RowMapping, to_org: str, due_on: date) -> None:
    values = {"county": tx.county, "cycle": row["cycle"], "id": row["id"], "now": tx.now}
    await counting.touch(tx, row["cycle"], warnings=[row["id"]])
    await tx.execute(REDIRECT, {**values, "to_org": to_org, "due_on": due_on})
