"""The worker process of a service: takes jobs, does them, and tries again what failed."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import orjson
import structlog
from pgqueuer import PgQueuer
from pgqueuer.core.executors import AbstractEntrypointExecutor
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.models import Context, Job

from shared.db.outages import is_database_away
from shared.errors import Unavailable
from shared.jobs.queue import queries
from shared.observability import request_id
from shared.runtime.context import ServiceContext
from shared.runtime.interpreter import settle_interpreter, step_back

log = structlog.get_logger("worker")

Handler = Callable[[ServiceContext, dict[str, Any]], Awaitable[None]]

#: A job whose worker died is taken over after this long.
HEARTBEAT = timedelta(seconds=6)
#: How often the queue is looked at though nothing was notified.
POLL = timedelta(seconds=1)
#: After so many failures that are not somebody else's outage, a job is held, visible in the queue's log.
MAX_ATTEMPTS = 8
LONGEST_DELAY_SECONDS = 30.0


def is_outage(error: BaseException) -> bool:
    """Whether another service or the database was away: then we wait as long as it takes."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code >= 500 or error.response.status_code in (401, 404, 429)
    return isinstance(error, httpx.TransportError | Unavailable) or is_database_away(error)


class Retrying(AbstractEntrypointExecutor):
    """Runs a job; asks for another try with growing delay when it fails, for ever during an outage."""

    async def execute(self, job: Job, context: Context) -> None:
        try:
            await self.parameters.func(job)  # type: ignore[call-arg]
        except RetryRequested:
            raise
        except Exception as error:
            outage = is_outage(error)
            log.warning(
                "job_failed",
                job=job.entrypoint,
                attempts=job.attempts,
                outage=outage,
                error=type(error).__name__,
                exc_info=None if outage else error,
            )
            if not outage and job.attempts >= MAX_ATTEMPTS:
                raise
            delay = min(0.5 * 2 ** min(job.attempts, 10), 2.0 if outage else LONGEST_DELAY_SECONDS)
            raise RetryRequested(timedelta(seconds=delay), type(error).__name__) from error


async def run_worker(
    service: ServiceContext,
    handlers: Mapping[str, Handler],
    schedules: Mapping[str, tuple[str, Handler]],
    at_start: Handler,
) -> None:
    """Work until SIGTERM. ``schedules`` maps a name to (cron expression, handler).

    ``at_start`` runs first: it puts back into the queue what a lost nudge may have left lying.
    """
    connection = await asyncpg.connect(service.settings.listen_url)
    queue = queries(connection, service.settings.schema)
    worker = PgQueuer(queue.driver, channel=queue.qbq.settings.channel, queries=queue)
    for name, handler in handlers.items():
        worker.entrypoint(name, on_failure="hold", executor_factory=Retrying)(_entry(service, handler))
    for name, (expression, handler) in schedules.items():
        worker.schedule(name, expression)(_schedule(service, handler))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.shutdown.set)
    settle_interpreter()
    step_back()
    try:
        await at_start(service, {})
        await worker.run(
            dequeue_timeout=POLL,
            batch_size=4,
            heartbeat_timeout=HEARTBEAT,
            shutdown_on_listener_failure=True,
        )
    finally:
        await connection.close()
        await service.close()


def _entry(service: ServiceContext, handler: Handler) -> Callable[[Job], Awaitable[None]]:
    async def run(job: Job) -> None:
        payload = orjson.loads(job.payload or b"{}")
        request_id.set(payload.pop("request_id", "") or f"job-{job.id}")
        await handler(service, payload)

    return run


def _schedule(service: ServiceContext, handler: Handler) -> Callable[[Any], Awaitable[None]]:
    async def run(_: Any) -> None:
        await handler(service, {})

    return run
