"""What the worker does after a batch was filed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.warning_api.comparison.service import compare_batch
from services.warning_api.intake.progress import overdue_batches
from shared import jobs
from shared.regions import counties
from shared.runtime.context import ServiceContext


async def compare_batch_job(service: ServiceContext, payload: dict[str, Any]) -> None:
    """Job ``compare_batch``: ``{county, cycle, batch_id}``."""
    await compare_batch(service, payload["county"], payload["cycle"], UUID(payload["batch_id"]))


#: A batch that is not compared by then has lost its job, or the job was given up.
PATIENCE = timedelta(minutes=1)


async def compare_overdue(service: ServiceContext, _: dict[str, Any]) -> None:
    """Put back the job of each batch that stays ``filed``, unless it waits or runs; each county by itself."""
    async with service.begin() as tx:
        known = await counties(tx)
    for county in known:
        async with service.begin(county) as tx:
            for batch in await overdue_batches(tx, PATIENCE):
                payload = {"county": county, "cycle": batch["cycle"], "batch_id": batch["id"]}
                await jobs.enqueue(tx, "compare_batch", payload, only_one=True)
