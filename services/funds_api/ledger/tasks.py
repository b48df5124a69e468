"""What the worker does for the ledger: counts every county's balances again each night."""

from typing import Any

import structlog

from services.funds_api.ledger import recounting
from shared.parameters import counties_with
from shared.runtime.context import ServiceContext

log = structlog.get_logger("ledger")


async def recount_ledgers(service: ServiceContext, _: dict[str, Any]) -> None:
    """Safe to run at any time and again: a finding that is known is not found anew."""
    async with service.begin() as tx:
        counties = await counties_with(tx, "counts_as_spent")
    for county in counties:
        async with service.begin(county) as tx:
            told = await recounting.recount(tx)
        if told["differences"]:
            log.error("ledger_differs", county=county, differences=told["differences"])
