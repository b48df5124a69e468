"""What the worker does for the guarantee ledgers."""

from typing import Any

from services.household_api.guarantees.service import refresh
from shared.parameters import counties_with
from shared.runtime.context import ServiceContext


async def refresh_ledgers(service: ServiceContext, _: dict[str, Any]) -> None:
    """Bring the ledgers of every county up to its registry, each county in a transaction of its own."""
    async with service.begin() as tx:
        counties = await counties_with(tx, "guarantee_days")
    for county in counties:
        async with service.begin(county) as tx:
            await refresh(tx)
