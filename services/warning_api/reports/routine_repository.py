"""SQL of the townships' routine checks."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.engine import RowMapping

from shared.db import Transaction
from shared.db.narrowing import reach_condition

LATEST = """
SELECT DISTINCT ON (cycle, township_code) cycle, township_code, version, id, checked_on, villages, households_visited,
    found, late, sealed, reported_by, reported_at, superseded_at
FROM routine_check
WHERE county_code = :county AND cycle = ANY (cast(:cycles as text[])) AND {reach}
ORDER BY cycle, township_code, version DESC"""

ADD = """
INSERT INTO routine_check (county_code, cycle, township_code, version, id, checked_on, villages, households_visited,
    found, late, sealed, reported_by, reported_at)
VALUES (:county, :cycle, :township, :version, :id, :checked_on, :villages, :households_visited, :found, :late, :sealed,
    :actor, :now)
ON CONFLICT DO NOTHING"""

SUPERSEDE = """
UPDATE routine_check SET superseded_at = :now
WHERE county_code = :county AND cycle = :cycle AND township_code = ANY (cast(:townships as text[]))
  AND found = 0 AND superseded_at IS NULL"""

# By what was said of where they live: who is registered elsewhere was found here all the same.
SCREENED = """
SELECT EXISTS (SELECT FROM warning WHERE county_code = :county AND cycle = :cycle AND org_code = :origin
    AND withdrawn_at IS NULL AND region_code >= :low AND region_code < :high)"""

REMIND = """
INSERT INTO routine_check_reminder (county_code, cycle, township_code, due_on, reminded_at)
SELECT :county, :cycle, t.code, :due_on, :now FROM unnest(cast(:townships as text[])) AS t (code)
ON CONFLICT DO NOTHING RETURNING township_code"""

REMINDERS = """
SELECT cycle, township_code, array_agg(DISTINCT (reminded_at AT TIME ZONE 'Asia/Shanghai')::date) AS days
FROM routine_check_reminder
WHERE county_code = :county AND cycle = ANY (cast(:cycles as text[])) AND {reach}
GROUP BY cycle, township_code"""


async def latest(tx: Transaction, cycles: Sequence[str]) -> dict[tuple[str, str], RowMapping]:
    """The check that counts of each month and township in reach, ``{(cycle, township): row}``."""
    condition, parameters = reach_condition(tx.reach, "township_code")
    rows = await tx.rows(
        LATEST.format(reach=condition), {**parameters, "county": tx.county, "cycles": list(cycles)}
    )
    return {(row["cycle"], row["township_code"]): row for row in rows}


async def add(tx: Transaction, values: Mapping[str, Any]) -> bool:
    """Keep a version of a check; False if somebody else has written that version."""
    done = await tx.execute(ADD, {**values, "county": tx.county, "actor": str(tx.actor), "now": tx.now})
    return done.rowcount == 1


async def supersede(tx: Transaction, cycle: str, townships: Sequence[str]) -> None:
    """A month that was reported to have nothing has something."""
    if townships:
        await tx.execute(
            SUPERSEDE, {"county": tx.county, "cycle": cycle, "townships": list(townships), "now": tx.now}
        )


async def screened(tx: Transaction, cycle: str, origin: str, bounds: tuple[str, str]) -> bool:
    """Whether anything of this origin was reported of a region in the month."""
    return bool(
        await tx.scalar(
            SCREENED,
            {"county": tx.county, "cycle": cycle, "origin": origin, "low": bounds[0], "high": bounds[1]},
        )
    )


async def remind(tx: Transaction, cycle: str, due_on: date, townships: Sequence[str]) -> list[str]:
    """Keep that townships were reminded; those that had not been for this day."""
    rows = await tx.rows(
        REMIND,
        {
            "county": tx.county,
            "cycle": cycle,
            "due_on": due_on,
            "now": tx.now,
            "townships": list(townships),
        },
    )
    return sorted(row["township_code"] for row in rows)


async def reminders(tx: Transaction, cycles: Sequence[str]) -> dict[tuple[str, str], list[date]]:
    """``{(cycle, township): days on which it was reminded}``, in order."""
    condition, parameters = reach_condition(tx.reach, "township_code")
    rows = await tx.rows(
        REMINDERS.format(reach=condition), {**parameters, "county": tx.county, "cycles": list(cycles)}
    )
    return {(row["cycle"], row["township_code"]): row["days"] for row in rows}
