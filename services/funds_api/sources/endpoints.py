"""Routes of sources and allocations."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.funds_api.purposes import Year
from services.funds_api.sources import service
from services.funds_api.sources.schemas import (
    AdjustmentIn,
    AdjustmentOut,
    AllocationIn,
    AllocationOut,
    AllocationWithAdjustments,
    Level,
    SourceIn,
    SourceOut,
)
from shared.db.transaction import Transaction
from shared.pagination.cursors import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import tagged
from shared.runtime.route import allowed
from shared.runtime.schema import RegionCode

router = make_router("资金来源与指标")

Reading = Annotated[Transaction, allowed("funds:read")]
Writing = Annotated[Transaction, allowed("funds:write")]


@router.post("/v1/sources", status_code=201, response_model=SourceOut)
async def record_source(given: SourceIn, tx: Writing, response: Response) -> dict[str, Any]:
    """登记资金来源。"""
    made = await service.record_source(tx, given)
    tagged(response, made["version"])
    return made


@router.get("/v1/sources", response_model=Page[SourceOut])
async def list_sources(
    tx: Reading, paging: PageQuery, year: Year | None = None, level: Level | None = None
) -> dict[str, Any]:
    """资金来源清单。"""
    return await service.list_sources(tx, paging, year=year, level=level)


@router.get("/v1/sources/{source_id}", response_model=SourceOut)
async def find_source(source_id: UUID, tx: Reading, response: Response) -> dict[str, Any]:
    """一笔资金来源及其余额。"""
    found = await service.find_source(tx, source_id)
    tagged(response, found["version"])
    return found


@router.post("/v1/allocations", status_code=201, response_model=AllocationOut)
async def allocate(given: AllocationIn, tx: Writing, response: Response) -> dict[str, Any]:
    """下达指标。"""
    made = await service.allocate(tx, given)
    tagged(response, made["version"])
    return made


@router.get("/v1/allocations", response_model=Page[AllocationOut])
async def list_allocations(
    tx: Reading,
    paging: PageQuery,
    source_id: UUID | None = None,
    year: Year | None = None,
    region: Annotated[RegionCode | None, Query()] = None,
) -> dict[str, Any]:
    """指标清单。"""
    return await service.list_allocations(tx, paging, source_id=source_id, year=year, region=region)


@router.get("/v1/allocations/{allocation_id}", response_model=AllocationWithAdjustments)
async def find_allocation(allocation_id: UUID, tx: Reading, response: Response) -> dict[str, Any]:
    """一笔指标及其调整。"""
    found = await service.allocation_with_adjustments(tx, allocation_id)
    tagged(response, found["version"])
    return found


@router.post("/v1/allocations/{allocation_id}/adjustments", status_code=201, response_model=AdjustmentOut)
async def adjust(allocation_id: UUID, given: AdjustmentIn, tx: Writing) -> dict[str, Any]:
    """追加或收回指标。"""
    return await service.adjust(tx, allocation_id, given)
