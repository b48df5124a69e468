"""What counties publish of their money: all four levels, and what units and projects do with it."""

from typing import Any

from services.funds_api.disclosure import repository
from shared.auth import Reach
from shared.auth.caller import EVERYWHERE
from shared.identifiers.regions import contains, county_of, region_range
from shared.pagination.cursors import Paging, page
from shared.runtime.context import ServiceContext


async def published(
    service: ServiceContext,
    paging: Paging,
    *,
    county: str | None,
    region: str | None,
    year: int | None,
    kind: str | None,
) -> dict[str, Any]:
    """Sources, then allocations, projects, assets and plans for income, each by id. Nobody is asked who they are."""
    (after,) = paging.after_text()
    reach = public_reach(county, region)
    async with service.database.begin(service, reach, service.actor) as tx:
        rows = await repository.disclosures(tx, year, kind, after, paging.limit + 1)
    return page(rows, paging, lambda row: [row["key"]])


async def name_of(service: ServiceContext, region: str) -> str | None:
    """Of a place that may have published nothing; None where there is none of that code."""
    async with service.database.begin(service, public_reach(None, region), service.actor) as tx:
        return await repository.name_of(tx, region)


def public_reach(county: str | None, region: str | None) -> Reach:
    """Every county, or what lies both in ``county`` and in ``region`` where they are named; maybe nothing."""
    named = sorted((code for code in (county, region) if code is not None), key=len)
    if not named:
        return Reach(None, (EVERYWHERE,))
    smallest = named[-1]
    ranges = (region_range(smallest),) if contains(named[0], smallest) else ()
    return Reach(county_of(smallest), ranges)
