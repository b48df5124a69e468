"""SQL of checking households that are to be paid."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from shared.db import Transaction
from shared.db.narrowing import within

_STANDING: Final = "county_code, household_type, monitoring_type, risk_eliminated, region_code, ended_on"

# Each household is looked up by its id, as it was at an instant, and then its members. OFFSET 0 holds the planner to
# that, who expects a handful: it would find the household by its region, going through all of that, or read all
# persons there are.
AS_IT_WAS: Final = f"""
SELECT a.place, h.household_type, h.monitoring_type, h.risk_eliminated, h.region_code, h.ended_on,
    EXISTS (
        SELECT FROM person p
        WHERE p.county_code = :county AND p.household_id = a.id AND p.name_index = a.name_index
        AND p.status = 'living' AND p.valid_from <= :at OFFSET 0
    ) OR EXISTS (
        SELECT FROM person_history p
        WHERE p.county_code = :county AND p.household_id = a.id AND p.name_index = a.name_index
        AND p.status = 'living' AND p.valid_from <= :at AND p.valid_to > :at OFFSET 0
    ) AS payee_lives_there
FROM unnest(cast(:places as int[]), cast(:ids as uuid[]), cast(:names as bytea[])) AS a (place, id, name_index)
CROSS JOIN LATERAL (
    SELECT {_STANDING} FROM household n WHERE n.county_code = :county AND n.id = a.id AND n.valid_from <= :at
    UNION ALL
    SELECT {_STANDING} FROM household_history o
    WHERE o.county_code = :county AND o.id = a.id AND o.valid_from <= :at AND o.valid_to > :at
    OFFSET 0) h
WHERE {{reach}}"""


async def as_they_were(
    tx: Transaction, households: Sequence[tuple[UUID, bytes]], at: datetime
) -> Sequence[Any]:
    """Of households in reach, (id, index of the payee's name), by ``place`` in ``households``."""
    reach = within(tx, "h")
    result = await tx.execute(
        AS_IT_WAS.format(reach=reach.sql),
        {
            **reach.parameters,
            "county": tx.county,
            "at": at,
            "places": list(range(len(households))),
            "ids": [id_ for id_, _ in households],
            "names": [name for _, name in households],
        },
    )
    return result.all()
