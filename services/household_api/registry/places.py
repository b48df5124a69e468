"""Where a household lives, for all that stands under it: incomes, cases, tasks follow when it moves."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from uuid import UUID

from services.household_api.registry.history import archive_households, archive_persons
from shared.db import Transaction

#: Told of households (id -> new region) whose region has changed, in the transaction that changes it.
Follower = Callable[[Transaction, Mapping[UUID, str]], Awaitable[object]]

#: Told of codes (ended -> present) whose places are called otherwise now, after the households have moved.
CodeFollower = Callable[[Transaction, Mapping[str, str]], Awaitable[object]]

_FOLLOWERS: Final[list[Follower]] = []
_CODE_FOLLOWERS: Final[list[CodeFollower]] = []

FOLLOW: Final = """
UPDATE {table} t SET region_code = m.region_code
FROM unnest(cast(:households as uuid[]), cast(:regions as text[])) AS m (id, region_code)
WHERE t.county_code = :county AND t.household_id = m.id AND t.region_code <> m.region_code"""

#: With the former code among the reasons, where people read the history.
RECODE: Final = """
UPDATE {table} t SET version = version + 1, region_code = c.region_code, valid_from = :now, changed_by = :actor,
    reason = '区划变更：' || c.former || ' → ' || c.region_code
FROM unnest(cast(:codes as text[]), cast(:to as text[])) AS c (former, region_code)
WHERE t.county_code = :county AND t.region_code = c.former"""


def follow(follower: Follower) -> Follower:
    """Register what another domain does when households move."""
    if follower not in _FOLLOWERS:
        _FOLLOWERS.append(follower)
    return follower


def follow_codes(follower: CodeFollower) -> CodeFollower:
    """Register what another domain does with what stands on a code itself, under no household."""
    if follower not in _CODE_FOLLOWERS:
        _CODE_FOLLOWERS.append(follower)
    return follower


async def moved(tx: Transaction, households: Mapping[UUID, str]) -> None:
    """Let everything that belongs to these households follow them."""
    if not households:
        return
    values = {"households": list(households), "regions": list(households.values()), "county": tx.county}
    for table in ("income_record", "national_record"):
        await tx.execute(FOLLOW.format(table=table), values)
    for follower in _FOLLOWERS:
        await follower(tx, households)


async def recoded(tx: Transaction, codes: Mapping[str, str]) -> None:
    """Places are called otherwise (ended code -> present one): who lives there, and all under them, go along.

    Every household and person has a new version by the actor of ``tx``; the former one keeps the former code.
    """
    values = {"codes": list(codes), "to": list(codes.values())}
    households = await tx.rows(
        """SELECT h.id, c.region_code FROM household h
        JOIN unnest(cast(:codes as text[]), cast(:to as text[])) AS c (former, region_code) ON c.former = h.region_code
        WHERE h.county_code = :county ORDER BY h.id FOR UPDATE OF h""",
        {**values, "county": tx.county},
    )
    for table, archive in (("household", archive_households), ("person", archive_persons)):
        await archive(tx, "", f"{table[0]}.region_code = ANY (cast(:codes as text[]))", codes=list(codes))
        await tx.execute(
            RECODE.format(table=table),
            {**values, "county": tx.county, "now": tx.now, "actor": str(tx.actor)},
        )
    await moved(tx, {row["id"]: row["region_code"] for row in households})
    for follower in _CODE_FOLLOWERS:
        await follower(tx, codes)
