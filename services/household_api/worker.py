"""The worker of household_api: events out, large imports."""

import asyncio
from typing import Any

from services.household_api.imports.service import APPLY
from services.household_api.imports.tasks import apply_import
from shared import jobs
from shared.clock import offset_from_environment
from shared.jobs.worker import run_worker
from shared.observability import configure_logs
from shared.outbox.delivery import deliver_events
from shared.runtime.context import ServiceContext
from shared.runtime.settings import ServiceSettings

HANDLERS = {"deliver_events": deliver_events, APPLY: apply_import}


async def wake(service: ServiceContext, _: dict[str, Any]) -> None:
    """Send what a lost nudge may have left lying."""
    async with service.begin() as tx:
        await jobs.enqueue(tx, "deliver_events", only_one=True)


SCHEDULES = {"wake": ("* * * * *", wake)}


async def work() -> None:
    configure_logs("household_worker")
    context = ServiceContext(ServiceSettings.from_environment("household_api"), offset_from_environment())
    await run_worker(context, HANDLERS, SCHEDULES, wake)


def main() -> None:
    asyncio.run(work())


if __name__ == "__main__":
    main()
