"""Households that move: their cases go with them, and keep where each step was made."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared import audit
from shared.contracts.events import CASE_MOVED
from shared.db import Transaction
from shared.outbox import Event, emit

#: What of a case says who reaches it. case_transition.place_code stays.
_OF_CASE: Final = ("case_transition", "case_period", "case_clock", "case_objection")

_MOVED: Final = (
    "unnest(cast(:households as uuid[]), cast(:regions as text[])) AS m (household_id, region_code)"
)

_CASES: Final = f"""
UPDATE monitoring_case c SET region_code = m.region_code, version = c.version + 1
FROM {_MOVED}, monitoring_case former
WHERE c.county_code = :county AND c.household_id = m.household_id AND c.region_code <> m.region_code
    AND former.county_code = c.county_code AND former.id = c.id
RETURNING c.id, c.household_id, c.region_code, c.state, c.version, former.region_code AS moved_from"""

_FINDINGS: Final = f"""
UPDATE cross_check_finding f SET region_code = m.region_code FROM {_MOVED}
WHERE f.county_code = :county AND f.household_id = m.household_id AND f.region_code <> m.region_code"""


async def households_moved(tx: Transaction, moved: Mapping[UUID, str]) -> None:
    """The households (id -> their region now) have moved within the county, and their cases with them.

    The township that a case has come to learns of it by ``bihuan.case.moved``. The call reaches both places.
    """
    values = {"county": tx.county, "households": list(moved), "regions": list(moved.values())}
    await tx.execute(_FINDINGS, values)
    cases = await tx.rows(_CASES, values)
    if not cases:
        return
    of_cases = {
        "county": tx.county,
        "cases": [case["id"] for case in cases],
        "regions": [case["region_code"] for case in cases],
    }
    for table in _OF_CASE:
        await tx.execute(
            f"""UPDATE {table} t SET region_code = m.region_code
            FROM unnest(cast(:cases as uuid[]), cast(:regions as text[])) AS m (case_id, region_code)
            WHERE t.county_code = :county AND t.case_id = m.case_id""",
            of_cases,
        )
    places = {str(case["id"]): [case["moved_from"], case["region_code"]] for case in cases}
    await audit.record(tx, "cases.moved", "cases", places)
    await emit(tx, CASE_MOVED, [_event(case) for case in cases])


def _event(case: RowMapping) -> Event:
    data = {
        "case_id": case["id"],
        "household_id": case["household_id"],
        "state": case["state"],
        "from": case["moved_from"],
        "to": case["region_code"],
        "township_code": case["region_code"][:9],
    }
    return Event(f"case/{case['id']}", case["version"], data)
