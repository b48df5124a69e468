"""What the worker says about the inspection's deadlines: problems, petitions, progress reports."""

from typing import Any

from services.warning_api.petitions import service as petitions
from services.warning_api.progress_reports import service as progress_reports
from services.warning_api.rectification import course as rectification
from shared.parameters import counties_with
from shared.runtime.context import ServiceContext


async def tell_deadlines(service: ServiceContext, _: dict[str, Any]) -> None:
    """Tell of what is overdue and remind of what is due, once each, every county in a transaction of its own."""
    async with service.begin() as tx:
        counties = await counties_with(tx, "progress_due_day")
    for county in counties:
        async with service.begin(county) as tx:
            await rectification.tell_overdue(tx)
            await petitions.tell_overdue(tx)
            await progress_reports.remind(tx)
