"""Statistics of the loop."""

from typing import Annotated, Any, Literal

from services.warning_api.cycles.schemas import CycleCode
from services.warning_api.supervision import schemas, service
from shared.db import Transaction
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.route import allowed

router = make_router("statistics")


@router.get("/v1/statistics/loop", response_model=Page[schemas.LoopRow])
async def loop(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("statistics:read")],
    cycle: CycleCode | Literal["current"] = "current",
    by: Literal["township", "department", "indicator", "household_type"] = "township",
) -> dict[str, Any]:
    """How far the warnings of a month have come; small cells are hidden from supervisors and systems."""
    return await service.loop(tx, cycle, by, paging)
