"""The worker of household_api: events out, large imports, clocks that strike."""

from typing import Any

import uvloop

from services.household_api.followers import register_followers
from services.household_api.guarantees.tasks import refresh_ledgers
from services.household_api.imports.service import APPLY
from services.household_api.imports.tasks import apply_import
from services.household_api.monitoring.tasks import tell_overdue
from services.household_api.quality.screening import SCREEN
from services.household_api.quality.tasks import ask_for_screenings, screen_quality
from shared import jobs
from shared.clock import offset_from_environment
from shared.jobs.worker import run_worker
from shared.observability import configure_logs
from shared.outbox.delivery import deliver_events
from shared.runtime.context import ServiceContext
from shared.runtime.settings import ServiceSettings

HANDLERS = {"deliver_events": deliver_events, APPLY: apply_import, SCREEN: screen_quality}


async def wake(service: ServiceContext, _: dict[str, Any]) -> None:
    """Send what a lost nudge may have left lying."""
    async with service.begin() as tx:
        await jobs.enqueue(tx, "deliver_events", only_one=True)


async def at_start(service: ServiceContext, payload: dict[str, Any]) -> None:
    await wake(service, payload)
    await tell_overdue(service, payload)


#: Clocks are looked at every hour: the day changes on the business clock, whatever the machine's says.
SCHEDULES = {
    "wake": ("* * * * *", wake),
    "tell_overdue": ("17 * * * *", tell_overdue),
    "refresh_ledgers": ("23 2 * * *", refresh_ledgers),
    "ask_for_screenings": ("41 2 * * *", ask_for_screenings),
}


async def work() -> None:
    configure_logs("household_worker")
    register_followers()
    context = ServiceContext(ServiceSettings.from_environment("household_api"), offset_from_environment())
    await run_worker(context, HANDLERS, SCHEDULES, at_start)


def main() -> None:
    uvloop.run(work())


if __name__ == "__main__":
    main()
