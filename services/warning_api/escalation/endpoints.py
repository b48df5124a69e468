"""What is late."""

from typing import Annotated, Any

from services.warning_api.escalation import schemas, service
from services.warning_api.escalation.rules import Level, OverdueFilter, Step
from shared.db import Transaction
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.route import allowed
from shared.runtime.schema import Code, RegionCode

router = make_router("overdue")


@router.get("/v1/overdue", response_model=Page[schemas.OverdueStep])
async def list_overdue(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("overdue:read")],
    step: Step | None = None,
    level: Level | None = None,
    region: RegionCode | None = None,
    org: Code | None = None,
) -> dict[str, Any]:
    """Steps of the loop that are about to be or are overdue, the longest overdue first: the county's of all, a
    township's of its region, a department's own. With ``level`` those that have come so far, else each once."""
    return await service.list_overdue(tx, OverdueFilter(step, level, region, org), paging)
