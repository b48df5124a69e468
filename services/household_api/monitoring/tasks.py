"""What the worker does about cases."""

from typing import Any

from services.household_api.monitoring.service import tell_struck
from shared.regions.lookup import counties
from shared.runtime.context import ServiceContext


async def tell_overdue(service: ServiceContext, _: dict[str, Any]) -> None:
    """Tell of the clocks that have struck, each county in a transaction of its own."""
    async with service.begin() as tx:
        found = await counties(tx)
    for county in found:
        async with service.begin(county) as tx:
            await tell_struck(tx)
