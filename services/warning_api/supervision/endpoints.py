"""Statistics of the loop."""

from typing import Annotated, Any, Literal

from fastapi import Header, Query

from services.warning_api.cycles.schemas import CycleCode
from services.warning_api.filing.rules import DEPARTMENT, OTHER_ORIGINS
from services.warning_api.supervision import schemas, service
from services.warning_api.supervision.loop_sheet import comparison_sheet, loop_sheet
from shared.db import Transaction
from shared.pagination import Page, PageQuery
from shared.pagination.cursors import page
from shared.runtime.app import make_router
from shared.runtime.route import allowed
from shared.runtime.schema import Code, RegionCode
from shared.runtime.tables import table_response
from shared.tables.content_types import negotiate

router = make_router("statistics")

Origin = Annotated[str, Query(pattern=f"^({'|'.join((DEPARTMENT, *OTHER_ORIGINS))})$")]
Reader = Annotated[Transaction, allowed("statistics:read")]
Accept = Annotated[str | None, Header()]


@router.get("/v1/statistics/loop", response_model=Page[schemas.LoopRow])
async def loop(
    paging: PageQuery,
    tx: Reader,
    cycle: CycleCode | Literal["current"] = "current",
    by: schemas.By = "township",
    region: RegionCode | None = None,
    org: Code | None = None,
    origin: Origin = DEPARTMENT,
    of: schemas.Of = "warnings",
    since: Annotated[CycleCode | None, Query(alias="from")] = None,
    until: Annotated[CycleCode | None, Query(alias="to")] = None,
    accept: Accept = None,
) -> Any:
    """How far the warnings of a month have come, as they stand now; by ``month`` those ``from`` … ``to``. As CSV or
    XLSX the whole table. Small cells are hidden from supervisors and systems, and so are questions that could tell
    them."""
    asked = service.Asked(by, region, org, origin, of, since, until)
    kind = negotiate(accept)
    if kind == "json":
        return await service.loop(tx, cycle, by, paging, asked)
    rows = await service.loop_rows(tx, cycle, asked)
    hidden = bool(tx.roles & service.SMALL_CELLS_HIDDEN)
    return await table_response(kind, loop_sheet(by, cycle, rows, hidden=hidden), f"loop-{by}-{cycle}")


@router.get("/v1/statistics/comparison", response_model=Page[schemas.ComparisonRow])
async def comparison(
    paging: PageQuery,
    tx: Reader,
    cycle: CycleCode | Literal["current"] = "current",
    by: Literal[
        "risk_type", "township", "village", "department", "indicator", "household_type"
    ] = "risk_type",
    earlier: Annotated[Literal["previous", "last_year"], Query(alias="with")] = "previous",
    region: RegionCode | None = None,
    accept: Accept = None,
) -> Any:
    """Risks by kind or place beside the month before, or the same month of last year, for the conference of the
    departments (policy.md, The loop, 8)."""
    rows = await service.comparison(tx, cycle, by, earlier, region)
    kind = negotiate(accept)
    if kind != "json":
        return await table_response(kind, comparison_sheet(by, rows), f"comparison-{by}-{cycle}")
    (after,) = paging.after_text()
    shown = [row for row in rows if after is None or row["key"] > after]
    return page(shown[: paging.limit + 1], paging, lambda row: [row["key"]])
