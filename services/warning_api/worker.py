"""The worker of warning_api: comparison, events, reminders, partitions ahead."""

import asyncio
from typing import Any

from services.warning_api.comparison.tasks import compare_batch_job, compare_overdue
from services.warning_api.cycles.tasks import send_reminders
from shared import jobs
from shared.clock import offset_from_environment
from shared.jobs.worker import run_worker
from shared.observability import configure_logs
from shared.outbox.delivery import deliver_events
from shared.runtime.context import ServiceContext
from shared.runtime.settings import ServiceSettings

HANDLERS = {"compare_batch": compare_batch_job, "deliver_events": deliver_events}


async def make_partitions(service: ServiceContext, _: dict[str, Any]) -> None:
    """Partitions three months ahead; the function is the owner's, all we can tell it is the day."""
    async with service.begin() as tx:
        await tx.execute("SELECT warning.ensure_partitions(:today)", {"today": tx.today})


async def nudge(service: ServiceContext, payload: dict[str, Any]) -> None:
    """Look for events that are due and batches that stay uncompared, in case a job was lost."""
    async with service.begin() as tx:
        await jobs.enqueue(tx, "deliver_events")
    await compare_overdue(service, payload)


async def at_start(service: ServiceContext, payload: dict[str, Any]) -> None:
    await make_partitions(service, payload)
    await nudge(service, payload)
    await send_reminders(service, payload)


#: Reminders are looked for every hour: the day changes on the business clock, whatever the machine's says.
SCHEDULES = {
    "nudge": ("* * * * *", nudge),
    "make_partitions": ("7 3 * * *", make_partitions),
    "send_reminders": ("11 * * * *", send_reminders),
}


def main() -> None:
    configure_logs("warning_api.worker")
    context = ServiceContext(ServiceSettings.from_environment("warning_api"), offset_from_environment())
    asyncio.run(run_worker(context, HANDLERS, SCHEDULES, at_start))


if __name__ == "__main__":
    main()
