"""What the worker does about the month."""

from typing import Any

from services.warning_api.cycles.service import remind_silent
from shared.parameters import counties_with
from shared.runtime.context import ServiceContext


async def send_reminders(service: ServiceContext, _: dict[str, Any]) -> None:
    """Remind the silent departments of every county, each county in a transaction of its own."""
    async with service.begin() as tx:
        counties = await counties_with(tx, "reminder_days")
    for county in counties:
        async with service.begin(county) as tx:
            await remind_silent(tx)
