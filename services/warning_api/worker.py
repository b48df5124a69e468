"""The worker of warning_api: comparison, events, reminders, partitions ahead."""

from typing import Any

import uvloop

from services.warning_api.attachments.tasks import remove_unused, sweep
from services.warning_api.campaigns.service import PUT_ON_LISTS, TAKE_OFF_LISTS
from services.warning_api.campaigns.tasks import put_on_lists_job, resume_campaigns, take_off_lists_job
from services.warning_api.comparison.tasks import compare_batch_job, compare_overdue
from services.warning_api.counting.tasks import fold_counts, recount_due, recount_month
from services.warning_api.cycles.tasks import send_reminders
from services.warning_api.deadlines import tell_deadlines
from services.warning_api.escalation.tasks import tell_overdue_steps
from services.warning_api.reports.tasks import forget_counts, remind_townships
from shared import jobs
from shared.clock import offset_from_environment
from shared.jobs.worker import run_worker
from shared.observability import configure_logs
from shared.outbox.delivery import deliver_events
from shared.runtime.context import ServiceContext
from shared.runtime.settings import ServiceSettings

HANDLERS = {
    "compare_batch": compare_batch_job,
    "deliver_events": deliver_events,
    PUT_ON_LISTS: put_on_lists_job,
    TAKE_OFF_LISTS: take_off_lists_job,
    "recount_month": recount_month,
}


async def make_partitions(service: ServiceContext, _: dict[str, Any]) -> None:
    """Partitions three months ahead; the function is the owner's, all we can tell it is the day."""
    async with service.begin() as tx:
        await tx.execute("SELECT warning.ensure_partitions(:today)", {"today": tx.today})


async def nudge(service: ServiceContext, payload: dict[str, Any]) -> None:
    """Look for events that are due and batches that stay uncompared, in case a job was lost."""
    async with service.begin() as tx:
        await jobs.enqueue(tx, "deliver_events")
    await compare_overdue(service, payload)
    await resume_campaigns(service, payload)


async def at_start(service: ServiceContext, payload: dict[str, Any]) -> None:
    await make_partitions(service, payload)
    await nudge(service, payload)
    await send_reminders(service, payload)
    await remind_townships(service, payload)
    await tell_deadlines(service, payload)
    await tell_overdue_steps(service, payload)


#: Reminders are looked for every hour: the day changes on the business clock, whatever the machine's says.
SCHEDULES = {
    "nudge": ("* * * * *", nudge),
    "fold_counts": ("* * * * *", fold_counts),
    "recount_due": ("37 2 * * *", recount_due),
    "make_partitions": ("7 3 * * *", make_partitions),
    "send_reminders": ("11 * * * *", send_reminders),
    "remind_townships": ("12 * * * *", remind_townships),
    "forget_counts": ("41 * * * *", forget_counts),
    "tell_overdue_steps": ("17 * * * *", tell_overdue_steps),
    "tell_deadlines": ("13 * * * *", tell_deadlines),
    "remove_unused_attachments": ("23 * * * *", remove_unused),
    "sweep_attachments": ("29 2 * * *", sweep),
}


def main() -> None:
    configure_logs("warning_api.worker")
    context = ServiceContext(ServiceSettings.from_environment("warning_api"), offset_from_environment())
    uvloop.run(run_worker(context, HANDLERS, SCHEDULES, at_start))


if __name__ == "__main__":
    main()
