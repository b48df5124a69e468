"""What the worker does for data quality."""

from typing import Any
from uuid import UUID

import structlog

from services.household_api.quality import repository, screening
from services.household_api.quality.errors import ScreeningRunning
from shared import audit
from shared.errors import Unavailable
from shared.jobs.worker import is_outage
from shared.parameters import counties_with
from shared.runtime.context import ServiceContext

log = structlog.get_logger("quality")


async def screen_quality(context: ServiceContext, payload: dict[str, Any]) -> None:
    """Carry out a screening; safe to run twice. What fails for another reason than an outage is ``failed``."""
    county, screening_id = payload["county"], UUID(payload["screening_id"])
    try:
        async with context.begin(county) as tx:
            await screening.screen(tx, screening_id)
    except ScreeningRunning as error:
        # Another one's turn: the job is tried again until it is this one's.
        raise Unavailable() from error
    except Exception as error:
        if is_outage(error):
            raise
        log.exception("screening_failed", screening_id=str(screening_id), error=type(error).__name__)
        async with context.begin(county) as tx:
            await repository.change_screening(tx, screening_id, {"state": "failed"})
            detail = {"error": type(error).__name__}
            await audit.record(tx, "quality.failed", f"screening/{screening_id}", detail)


async def ask_for_screenings(context: ServiceContext, _: dict[str, Any]) -> None:
    """See to it that every county has the screening of the running period."""
    async with context.begin() as tx:
        counties = await counties_with(tx, "quality_screening_months")
    for county in counties:
        async with context.begin(county) as tx:
            await screening.ask_for_period(tx)
