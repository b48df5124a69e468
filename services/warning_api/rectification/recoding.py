"""Places that are called otherwise: open problems and petitions go along, and the calls of surveys that run; what is
closed keeps what was."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.engine import RowMapping

from shared.contracts.events import PETITION_PASSED, PROBLEM_ASSIGNED
from shared.db import Transaction
from shared.outbox import Event, emit

#: States that nobody has anything left to do in, if the county finds nothing.
_DONE: Final = ("accepted", "withdrawn")

_CODES: Final = "unnest(cast(:codes as text[]), cast(:to as text[])) AS m (former, region_code)"

_TOWNSHIP: Final = "CASE WHEN length(m.region_code) >= 9 THEN left(m.region_code, 9) END"

_PROBLEMS: Final = f"""
UPDATE problem p SET region_code = m.region_code, township_code = {_TOWNSHIP}, updated_at = :now,
    version = version + 1
FROM {_CODES}
WHERE p.county_code = :county AND p.region_code = m.former AND p.state <> ALL (cast(:done as text[]))
RETURNING p.id, p.region_code, p.township_code, p.org_code, p.source, p.due_on, p.version"""

_PETITIONS: Final = f"""
UPDATE petition p SET region_code = m.region_code, township_code = {_TOWNSHIP}, updated_at = :now,
    version = version + 1
FROM {_CODES}
WHERE p.county_code = :county AND p.region_code = m.former AND p.state <> 'closed'
RETURNING p.id, p.region_code, p.township_code, p.due_on, p.version"""

_CALLS: Final = f"""
UPDATE survey_sample s SET region_code = m.region_code, township_code = left(m.region_code, 9)
FROM {_CODES}
WHERE s.county_code = :county AND s.region_code = m.former AND EXISTS (SELECT FROM survey v
    WHERE v.county_code = s.county_code AND v.id = s.survey_id AND v.state = 'open')"""

#: What hangs on a problem or a petition, and by which column.
_FOLLOWING: Final = {
    "problem_part": "problem_id",
    "problem_step": "problem_id",
    "problem_recheck_item": "problem_id",
    "petition_step": "petition_id",
    "attachment": "about_id",
}

_FOLLOW: Final = """
UPDATE {table} f SET region_code = m.region_code
FROM unnest(cast(:ids as uuid[]), cast(:regions as text[])) AS m (id, region_code)
WHERE f.county_code = :county AND f.{column} = m.id"""

_STANDING: Final = """
SELECT region_code, 'problems' AS kind, count(*) AS standing FROM problem
WHERE county_code = :county AND state <> ALL (cast(:done as text[])) AND region_code = ANY (cast(:codes as text[]))
GROUP BY region_code
UNION ALL
SELECT region_code, 'petitions', count(*) FROM petition
WHERE county_code = :county AND state <> 'closed' AND region_code = ANY (cast(:codes as text[]))
GROUP BY region_code"""


async def standing(tx: Transaction, codes: Sequence[str]) -> Sequence[RowMapping]:
    """What would move, as ``region_code, kind, standing``."""
    return await tx.rows(_STANDING, {"county": tx.county, "codes": list(codes), "done": list(_DONE)})


async def move(tx: Transaction, codes: Mapping[str, str]) -> None:
    """Take what is open along from codes that have ended to the present ones, and tell those who have it now. The
    call is the owner's, who alone may write what was only added to."""
    values = {
        "county": tx.county,
        "codes": list(codes),
        "to": list(codes.values()),
        "now": tx.now,
        "done": list(_DONE),
    }
    problems = await tx.rows(_PROBLEMS, values)
    petitions = await tx.rows(_PETITIONS, values)
    await tx.execute(_CALLS, values)
    moved = [*problems, *petitions]
    following = {
        "county": tx.county,
        "ids": [row["id"] for row in moved],
        "regions": [row["region_code"] for row in moved],
    }
    for table, column in _FOLLOWING.items():
        await tx.execute(_FOLLOW.format(table=table, column=column), following)
    await emit(tx, PROBLEM_ASSIGNED, [_told("problem", row) for row in problems])
    await emit(tx, PETITION_PASSED, [_told("petition", row) for row in petitions if row["township_code"]])


def _told(kind: str, row: RowMapping) -> Event:
    data = {name: row[name] for name in row if name not in ("id", "version")}
    return Event(f"{kind}/{row['id']}", row["version"], {f"{kind}_id": row["id"], **data})
