"""What the worker does for disbursements."""

from typing import Any
from uuid import UUID

from services.funds_api.disbursements import sending
from services.funds_api.disbursements.service import SEND
from shared import jobs
from shared.regions import counties
from shared.runtime.context import ServiceContext


async def send_disbursement(service: ServiceContext, payload: dict[str, Any]) -> None:
    """Job ``send_disbursement``: ``{county, id}``."""
    await sending.send(service, payload["county"], UUID(payload["id"]))


async def exchange_with_bank(service: ServiceContext, _: dict[str, Any]) -> None:
    """Read what the bank side has brought, and put back the jobs of batches that it may not have."""
    async with service.begin() as tx:
        known = await counties(tx)
    for county in known:
        await sending.take_answers(service, county)
        async with service.begin(county) as tx:
            for batch in await sending.unsent(tx):
                await jobs.enqueue(tx, SEND, {"county": county, "id": batch}, only_one=True)
