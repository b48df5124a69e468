"""What the worker does about routine checks and about what is counted by the hour."""

from datetime import timedelta
from typing import Any, Final

from services.warning_api.reports import repository
from services.warning_api.reports.routine_service import remind_silent
from shared.parameters import counties_with
from shared.runtime.context import ServiceContext

#: Only the running hour bounds anything.
KEPT: Final = timedelta(hours=2)


async def remind_townships(service: ServiceContext, _: dict[str, Any]) -> None:
    """Remind the silent townships of every county, each county in a transaction of its own."""
    async with service.begin() as tx:
        counties = await counties_with(tx, "routine_check_reminder_days")
    for county in counties:
        async with service.begin(county) as tx:
            await remind_silent(tx)


async def forget_counts(service: ServiceContext, _: dict[str, Any]) -> None:
    """Forget how often something came in hours that are over."""
    async with service.begin() as tx:
        await repository.forget_counts(tx, tx.now - KEPT)
