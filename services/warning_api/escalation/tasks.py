"""What the worker does about late steps."""

from typing import Any

from services.warning_api.escalation.service import settle, tell_overdue
from shared.parameters import counties_with
from shared.runtime.context import ServiceContext


async def tell_overdue_steps(service: ServiceContext, _: dict[str, Any]) -> None:
    """Every county in transactions of its own, so many steps each."""
    async with service.begin() as tx:
        counties = await counties_with(tx, "escalation_days")
    for county in counties:
        async with service.begin(county) as tx:
            await settle(tx)
        more = True
        while more:
            async with service.begin(county) as tx:
                more = await tell_overdue(tx)
