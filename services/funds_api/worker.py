"""The worker of funds_api: sends its events, counts the balances again each night."""

import asyncio

from services.funds_api.ledger.tasks import recount_ledgers
from shared.clock import offset_from_environment
from shared.jobs.worker import run_worker
from shared.observability import configure_logs
from shared.outbox.delivery import deliver_events
from shared.runtime.context import ServiceContext
from shared.runtime.settings import ServiceSettings

SERVICE = "funds_api"
SCHEDULES = {"recount_ledgers": ("11 3 * * *", recount_ledgers)}


def main() -> None:
    """Work until SIGTERM."""
    configure_logs(f"{SERVICE}-worker")
    asyncio.run(_work())


async def _work() -> None:
    service = ServiceContext(ServiceSettings.from_environment(SERVICE), offset_from_environment())
    await run_worker(service, {"deliver_events": deliver_events}, SCHEDULES, deliver_events)


if __name__ == "__main__":
    main()
