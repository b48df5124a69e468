"""SQL of campaigns and of how far they have come."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.campaigns.rules import UNFINISHED
from services.warning_api.dispatch.rules import TO_BE_VERIFIED
from services.warning_api.filing.rules import CENSUS
from shared.db import Transaction
from shared.db.narrowing import expect_many_rows, reach_condition

COLUMNS: Final = (
    "id, kind, cycle, period, name, region_code, household_types, monitored_only, due_on, state, place, households,"
    " clues, started_by, started_at, ended_by, ended_at, version"
)

#: A household that another clue brought to a visit was visited all the same.
COUNTS: Final = """
SELECT {key} AS key, count(*)::int AS tasks,
    count(*) FILTER (WHERE w.withdrawn_at IS NULL AND t.verified_at IS NOT NULL)::int AS visited,
    count(*) FILTER (WHERE w.outcome = 'risk_confirmed')::int AS confirmed,
    count(*) FILTER (WHERE w.withdrawn_at IS NULL AND t.due_on < :today
                     AND t.state = ANY (cast(:open as text[])))::int AS overdue,
    count(w.withdrawn_at)::int AS withdrawn
FROM warning w
LEFT JOIN verification_task t ON t.county_code = w.county_code AND t.cycle = w.cycle AND t.id = w.task_id
WHERE w.county_code = :county AND w.cycle = :cycle AND w.batch_id = :campaign AND w.org_code = :origin AND {reach}
GROUP BY 1 ORDER BY 1"""

KEYS: Final = {
    "all": "''",
    "township": "CASE WHEN length(w.matched_region_code) >= 9 THEN left(w.matched_region_code, 9) ELSE '' END",
    "village": "w.matched_region_code",
}


async def one_at_a_time(tx: Transaction) -> None:
    """Campaigns of a county begin one after another, so that the same is not begun twice."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtext('campaign'), hashtext(:county))", {"county": tx.county}
    )


async def same_scope(tx: Transaction, values: Mapping[str, Any]) -> UUID | None:
    """A campaign that was not cancelled, of this ``kind, period, region_code, household_types, monitored_only``."""
    found: UUID | None = await tx.scalar(
        "SELECT id FROM campaign WHERE county_code = :county AND kind = :kind AND period = :period"
        " AND region_code = :region_code AND household_types = cast(:household_types as text[])"
        " AND monitored_only = :monitored_only AND state NOT IN ('cancelling', 'cancelled') LIMIT 1",
        {**values, "county": tx.county},
    )
    return found


async def add(tx: Transaction, values: Mapping[str, Any]) -> None:
    """``id, cycle, kind, period, name, region_code, household_types, monitored_only, due_on``."""
    await tx.execute(
        "INSERT INTO campaign (county_code, id, cycle, kind, period, name, region_code, household_types,"
        " monitored_only, due_on, state, households, clues, started_by, started_at, version)"
        " VALUES (:county, :id, :cycle, :kind, :period, :name, :region_code, cast(:household_types as text[]),"
        " :monitored_only, :due_on, 'preparing', 0, 0, :actor, :now, 1)",
        {**values, "county": tx.county, "actor": str(tx.actor), "now": tx.now},
    )


def _concerns(tx: Transaction) -> tuple[str, dict[str, Any]]:
    """Campaigns in places that the call reaches, or in one that they are part of."""
    condition, parameters = reach_condition(tx.reach, "region_code")
    around = [
        f"left(:reach_from{slot}, length(region_code)) = region_code" for slot in range(len(tx.reach.ranges))
    ]
    return " OR ".join([condition, *around]), parameters


async def campaign(tx: Transaction, campaign_id: UUID, *, lock: bool = False) -> RowMapping | None:
    condition, parameters = _concerns(tx)
    return await tx.row(
        f"SELECT {COLUMNS} FROM campaign WHERE county_code = :county AND id = :id AND ({condition})"
        + (" FOR UPDATE" if lock else ""),
        {**parameters, "county": tx.county, "id": campaign_id},
    )


async def campaigns(
    tx: Transaction, cycle: str | None, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """By id, which is the order of beginning."""
    condition, parameters = _concerns(tx)
    return await tx.rows(
        f"SELECT {COLUMNS} FROM campaign WHERE county_code = :county AND ({condition})"
        " AND (cast(:cycle as text) IS NULL OR cycle = :cycle)"
        " AND (cast(:after as uuid) IS NULL OR id > cast(:after as uuid)) ORDER BY id LIMIT :limit",
        {**parameters, "county": tx.county, "cycle": cycle, "after": after, "limit": limit},
    )


async def unfinished(tx: Transaction) -> Sequence[RowMapping]:
    """``id``, ``state`` of the county's campaigns for which the worker has something to do."""
    return await tx.rows(
        "SELECT id, state FROM campaign WHERE county_code = :county AND state = ANY (cast(:states as text[]))",
        {"county": tx.county, "states": list(UNFINISHED)},
    )


async def advance(
    tx: Transaction, campaign_id: UUID, *, place: str | None, households: int, clues: int, state: str
) -> None:
    """A page of the registry was put on the lists; ``place``: where the next one begins."""
    await tx.execute(
        "UPDATE campaign SET place = :place, households = households + :households, clues = clues + :clues,"
        " state = :state, version = version + 1 WHERE county_code = :county AND id = :id",
        {
            "county": tx.county,
            "id": campaign_id,
            "place": place,
            "households": households,
            "clues": clues,
            "state": state,
        },
    )


async def end(tx: Transaction, campaign_id: UUID, state: str) -> None:
    """The county has closed or cancelled it."""
    await tx.execute(
        "UPDATE campaign SET state = :state, ended_by = :actor, ended_at = :now, version = version + 1"
        " WHERE county_code = :county AND id = :id",
        {"county": tx.county, "id": campaign_id, "state": state, "actor": str(tx.actor), "now": tx.now},
    )


async def cancelled(tx: Transaction, campaign_id: UUID) -> None:
    """Nothing of it is left on the lists."""
    await tx.execute(
        "UPDATE campaign SET state = 'cancelled', version = version + 1 WHERE county_code = :county AND id = :id",
        {"county": tx.county, "id": campaign_id},
    )


async def counts(tx: Transaction, row: RowMapping, by: str) -> Sequence[RowMapping]:
    """How far a campaign has come in the regions in reach, ``by`` one of ``KEYS``."""
    condition, parameters = reach_condition(tx.reach, "w.matched_region_code")
    await expect_many_rows(tx)
    return await tx.rows(
        COUNTS.format(key=KEYS[by], reach=condition),
        {
            **parameters,
            "county": tx.county,
            "cycle": row["cycle"],
            "campaign": row["id"],
            "origin": CENSUS,
            "today": tx.today,
            "open": list(TO_BE_VERIFIED),
        },
    )
