"""Routes of photovoltaic stations and of what their income goes to."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from services.funds_api.photovoltaic import distribution, schemas, service
from services.funds_api.photovoltaic.rules import State, Use
from shared.db.transaction import Transaction
from shared.pagination.cursors import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.repetition import claim_key
from shared.runtime.route import allowed
from shared.runtime.schema import RegionCode

router = make_router("光伏收益")

Reading = Annotated[Transaction, allowed("funds:read")]
Writing = Annotated[Transaction, allowed("funds:write")]
#: The registry is asked before the key is claimed, so that no connection is held meanwhile.
AskingFirst = Annotated[Transaction, allowed("funds:write", streams=True)]


@router.post("/v1/photovoltaic-stations", status_code=201, response_model=schemas.StationOut)
async def add_station(given: schemas.StationIn, tx: Writing) -> dict[str, Any]:
    """登记光伏电站。"""
    return await service.add_station(tx, given)


@router.get("/v1/photovoltaic-stations", response_model=Page[schemas.StationOut])
async def list_stations(
    tx: Reading, paging: PageQuery, region: Annotated[RegionCode | None, Query()] = None
) -> dict[str, Any]:
    """光伏电站及其收益：已到账、已安排、已支付、可安排。"""
    return await service.list_stations(tx, paging, region=region)


@router.get("/v1/photovoltaic-stations/{station_id}", response_model=schemas.StationOut)
async def find_station(station_id: UUID, tx: Reading) -> dict[str, Any]:
    """一座电站。"""
    return await service.find_station(tx, station_id)


@router.post(
    "/v1/photovoltaic-stations/{station_id}/settlements",
    status_code=201,
    response_model=schemas.SettlementOut,
)
async def settle(station_id: UUID, given: schemas.SettlementIn, tx: Writing) -> dict[str, Any]:
    """登记一个月的发电量和电费结算。"""
    return await service.settle(tx, station_id, given)


@router.get("/v1/photovoltaic-stations/{station_id}/settlements", response_model=Page[schemas.SettlementOut])
async def settlements(station_id: UUID, tx: Reading, paging: PageQuery) -> dict[str, Any]:
    """各月结算与调整。"""
    return await service.settlements(tx, station_id, paging)


@router.post(
    "/v1/photovoltaic-stations/{station_id}/settlements/{settlement_id}/adjustments",
    status_code=201,
    response_model=schemas.SettlementOut,
)
async def adjust(
    station_id: UUID, settlement_id: UUID, given: schemas.AdjustmentIn, tx: Writing
) -> dict[str, Any]:
    """调整已登记的一个月，多退少补。"""
    return await service.adjust(tx, station_id, settlement_id, given)


@router.post(
    "/v1/photovoltaic-stations/{station_id}/distributions",
    status_code=201,
    response_model=schemas.DistributionWithPosts,
)
async def plan(
    station_id: UUID, given: schemas.DistributionIn, request: Request, tx: AskingFirst, response: Response
) -> dict[str, Any]:
    """分配方案：公益岗位、小型公益事业、奖补，合计不超过已到账而未安排的收益。"""
    await distribution.check_plan(tx, given)
    await claim_key(request, tx, await request.body())
    made = await distribution.plan(tx, station_id, given)
    tagged(response, made["version"])
    return made


@router.get("/v1/income-distributions", response_model=Page[schemas.DistributionOut])
async def list_distributions(
    tx: Reading, paging: PageQuery, station_id: UUID | None = None, state: State | None = None
) -> dict[str, Any]:
    """分配方案清单。"""
    return await distribution.list_distributions(tx, paging, station_id=station_id, state=state)


@router.get("/v1/income-distributions/{distribution_id}", response_model=schemas.DistributionWithPosts)
async def find_distribution(distribution_id: UUID, tx: Reading, response: Response) -> dict[str, Any]:
    """一份分配方案及其岗位。"""
    found = await distribution.find(tx, distribution_id)
    tagged(response, found["version"])
    return found


@router.post(
    "/v1/income-distributions/{distribution_id}/closing", response_model=schemas.DistributionWithPosts
)
async def close(
    distribution_id: UUID, given: schemas.ReasonIn, expected: Precondition, tx: Writing, response: Response
) -> dict[str, Any]:
    """结束分配方案，未支付的可另行安排。"""
    made = await distribution.close(tx, distribution_id, given.reason, expected)
    tagged(response, made["version"])
    return made


@router.post(
    "/v1/income-distributions/{distribution_id}/payments",
    status_code=201,
    response_model=Page[schemas.PaymentOut],
)
async def pay(
    distribution_id: UUID, given: schemas.PaymentsIn, request: Request, tx: AskingFirst
) -> dict[str, Any]:
    """登记已支付的收益，全部登记或全部退回；同一电站、岗位、月份只支付一次。"""
    await distribution.check_payments(tx, given)
    await claim_key(request, tx, await request.body())
    return {"items": await distribution.pay(tx, distribution_id, given), "next_cursor": None}


@router.get("/v1/income-payments", response_model=Page[schemas.PaymentOut])
async def list_payments(
    tx: Reading,
    paging: PageQuery,
    station_id: UUID | None = None,
    distribution_id: UUID | None = None,
    month: schemas.Month | None = None,
    use: Use | None = None,
) -> dict[str, Any]:
    """收益支付与冲销。"""
    filters = {"station_id": station_id, "distribution_id": distribution_id, "month": month, "use": use}
    return await distribution.list_payments(tx, paging, filters)


@router.post("/v1/income-payments/{payment_id}/reversal", status_code=201, response_model=schemas.PaymentOut)
async def reverse(payment_id: UUID, given: schemas.ReasonIn, tx: Writing) -> dict[str, Any]:
    """冲销登记有误或被退回的一笔支付，可重新支付。"""
    return await distribution.reverse(tx, payment_id, given.reason)
