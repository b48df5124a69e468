"""What a county publishes of its money: all four levels, and what units and projects do with it."""

from typing import Any

from services.funds_api.disclosure import repository
from shared.pagination.cursors import Paging, page
from shared.runtime.context import ServiceContext


async def published(
    service: ServiceContext, paging: Paging, county: str, *, year: int | None, kind: str | None
) -> dict[str, Any]:
    """Sources, then allocations, then projects, each by id. Nobody is asked who they are."""
    (after,) = paging.after_text()
    async with service.begin(county) as tx:
        rows = await repository.disclosures(tx, year, kind, after, paging.limit + 1)
    return page(rows, paging, lambda row: [row["key"]])
