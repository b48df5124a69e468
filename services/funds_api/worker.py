"""The worker of funds_api: sends its events, counts the balances again each night."""

import uvloop

from services.funds_api.disbursements.service import SEND
from services.funds_api.disbursements.tasks import exchange_with_bank, send_disbursement
from services.funds_api.ledger.tasks import recount_ledgers
from shared.clock import offset_from_environment
from shared.jobs.worker import run_worker
from shared.observability import configure_logs
from shared.outbox.delivery import deliver_events
from shared.runtime.context import ServiceContext
from shared.runtime.settings import ServiceSettings

SERVICE = "funds_api"
HANDLERS = {"deliver_events": deliver_events, SEND: send_disbursement}
SCHEDULES = {
    "exchange_with_bank": ("* * * * *", exchange_with_bank),
    "recount_ledgers": ("11 3 * * *", recount_ledgers),
}


def main() -> None:
    """Work until SIGTERM."""
    configure_logs(f"{SERVICE}-worker")
    uvloop.run(_work())


async def _work() -> None:
    service = ServiceContext(ServiceSettings.from_environment(SERVICE), offset_from_environment())
    await run_worker(service, HANDLERS, SCHEDULES, deliver_events)


if __name__ == "__main__":
    main()
