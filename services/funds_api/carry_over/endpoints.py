"""Routes of carry-over."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Response

from services.funds_api.carry_over import service
from services.funds_api.carry_over.schemas import CarryOverIn, YearCarriedOut
from services.funds_api.sources.schemas import AllocationOut, SourceOut
from shared.db.transaction import Transaction
from shared.runtime.app import make_router
from shared.runtime.preconditions import tagged
from shared.runtime.route import allowed

router = make_router("结转")

Writing = Annotated[Transaction, allowed("funds:write")]


@router.post("/v1/sources/{source_id}/carry-over", status_code=201, response_model=SourceOut)
async def carry_source(
    source_id: UUID, given: CarryOverIn, tx: Writing, response: Response
) -> dict[str, Any]:
    """资金来源未下达的余额结转下年。"""
    carried = await service.carry_source(tx, source_id, given)
    tagged(response, carried["version"])
    return carried


@router.post("/v1/allocations/{allocation_id}/carry-over", status_code=201, response_model=AllocationOut)
async def carry_allocation(
    allocation_id: UUID, given: CarryOverIn, tx: Writing, response: Response
) -> dict[str, Any]:
    """指标余额连同项目、合同未付部分结转下年。"""
    carried = await service.carry_allocation(tx, allocation_id, given)
    tagged(response, carried["version"])
    return carried


@router.post("/v1/years/{year}/carry-over", status_code=201, response_model=YearCarriedOut)
async def carry_year(
    year: Annotated[int, Path(ge=2000, le=2099)], given: CarryOverIn, tx: Writing
) -> dict[str, Any]:
    """一个年度的全部余额结转下年。"""
    return await service.carry_year(tx, year, given)
