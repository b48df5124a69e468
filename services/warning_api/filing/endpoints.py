"""Filed warnings."""

from typing import Annotated, Any

from fastapi import Query

from services.warning_api.comparison.rules import RESULTS
from services.warning_api.cycles.schemas import CycleCode
from services.warning_api.filing import schemas, service
from services.warning_api.filing.repository import WarningFilter
from services.warning_api.filing.rules import STATES
from shared.db import Transaction
from shared.identifiers.regions import region_range
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.route import allowed
from shared.runtime.schema import RegionCode

router = make_router("warnings")


@router.get("/v1/warnings", response_model=Page[schemas.Filed])
async def list_warnings(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("warnings:read")],
    cycle: CycleCode | None = None,
    state: Annotated[str | None, Query(pattern=f"^({'|'.join(STATES)})$")] = None,
    indicator: str | None = None,
    region: RegionCode | None = None,
    match: Annotated[str | None, Query(pattern=f"^({'|'.join(RESULTS)})$")] = None,
) -> dict[str, Any]:
    """Warnings: a department's own, a township's dispatched ones, all for the county."""
    wanted = WarningFilter(cycle, state, indicator, region_range(region) if region else None, match)
    return await service.list_warnings(tx, wanted, paging)
