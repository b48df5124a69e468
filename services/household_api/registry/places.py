"""Where a household lives, for all that stands under it: incomes, cases, tasks follow when it moves."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from uuid import UUID

from shared.db import Transaction

#: Told of households (id -> new region) whose region has changed, in the transaction that changes it.
Follower = Callable[[Transaction, Mapping[UUID, str]], Awaitable[object]]

_FOLLOWERS: Final[list[Follower]] = []

FOLLOW: Final = """
UPDATE {table} t SET region_code = m.region_code
FROM unnest(cast(:households as uuid[]), cast(:regions as text[])) AS m (id, region_code)
WHERE t.county_code = :county AND t.household_id = m.id AND t.region_code <> m.region_code"""


def follow(follower: Follower) -> Follower:
    """Register what another domain does when households move."""
    if follower not in _FOLLOWERS:
        _FOLLOWERS.append(follower)
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
