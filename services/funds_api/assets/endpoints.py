"""Routes of assets."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from services.funds_api.assets import course, schemas, service
from services.funds_api.assets.rules import Finding, Kind, State
from services.funds_api.purposes import Year
from shared.db.transaction import Transaction
from shared.pagination.cursors import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.repetition import claim_key
from shared.runtime.route import allowed
from shared.runtime.schema import RegionCode

router = make_router("资产")

Reading = Annotated[Transaction, allowed("funds:read")]
Writing = Annotated[Transaction, allowed("funds:write")]


@router.post("/v1/assets", status_code=201, response_model=schemas.AssetOut)
async def add_asset(
    given: schemas.AssetIn,
    request: Request,
    # The registry is asked before the key is claimed, so that no connection is held meanwhile.
    tx: Annotated[Transaction, allowed("funds:write", streams=True)],
    response: Response,
) -> dict[str, Any]:
    """登记验收项目形成的资产；项目的第一项资产使项目转为“资产”。"""
    await service.check_owner(tx, given.owner)
    await claim_key(request, tx, await request.body())
    made = await service.add_asset(tx, given)
    tagged(response, made["version"])
    return made


@router.get("/v1/assets", response_model=Page[schemas.AssetOut])
async def list_assets(
    tx: Reading,
    paging: PageQuery,
    kind: Kind | None = None,
    state: State | None = None,
    project_id: UUID | None = None,
    region: Annotated[RegionCode | None, Query()] = None,
    not_reviewed_in: Annotated[Year | None, Query(description="该年度尚未研判的")] = None,
) -> dict[str, Any]:
    """资产台账。"""
    filters = {"kind": kind, "state": state, "project_id": project_id, "not_reviewed_in": not_reviewed_in}
    return await service.list_assets(tx, paging, region=region, filters=filters)


@router.get("/v1/asset-findings", response_model=Page[schemas.FindingOut])
async def findings(
    tx: Reading,
    paging: PageQuery,
    year: Year | None = None,
    finding: Finding | None = None,
    region: Annotated[RegionCode | None, Query()] = None,
) -> dict[str, Any]:
    """当年未研判的、闲置的、没有管护人的资产，以及原值超过项目支出的。"""
    return await service.findings(tx, paging, year=year, finding=finding, region=region)


@router.get("/v1/assets/{asset_id}", response_model=schemas.AssetOut)
async def find_asset(asset_id: UUID, tx: Reading, response: Response) -> dict[str, Any]:
    """一项资产。"""
    found = await service.find_asset(tx, asset_id)
    tagged(response, found["version"])
    return found


@router.patch("/v1/assets/{asset_id}", response_model=schemas.AssetOut)
async def change_asset(
    asset_id: UUID, given: schemas.AssetChange, expected: Precondition, tx: Writing, response: Response
) -> dict[str, Any]:
    """变更名称、位置、所有者或管护人；原记录保留。"""
    await service.check_owner(tx, given.owner)
    changed = await service.change_asset(tx, asset_id, given, expected)
    tagged(response, changed["version"])
    return changed


@router.get("/v1/assets/{asset_id}/versions", response_model=Page[schemas.AssetVersion])
async def versions(asset_id: UUID, tx: Reading) -> dict[str, Any]:
    """历次登记的内容。"""
    return await service.versions(tx, asset_id)


@router.post("/v1/assets/{asset_id}/reviews", status_code=201, response_model=schemas.ReviewOut)
async def review(asset_id: UUID, given: schemas.ReviewIn, tx: Writing) -> dict[str, Any]:
    """一年一次的研判：巩固、提升、盘活或调整。"""
    return await course.review(tx, asset_id, given)


@router.get("/v1/assets/{asset_id}/reviews", response_model=Page[schemas.ReviewOut])
async def reviews(asset_id: UUID, tx: Reading) -> dict[str, Any]:
    """历年研判。"""
    return await course.reviews(tx, asset_id)


@router.post("/v1/assets/{asset_id}/incomes", status_code=201, response_model=schemas.IncomeOut)
async def receive(asset_id: UUID, given: schemas.IncomeIn, tx: Writing) -> dict[str, Any]:
    """登记经营性资产的收益。"""
    return await course.receive(tx, asset_id, given)


@router.get("/v1/assets/{asset_id}/incomes", response_model=Page[schemas.IncomeOut])
async def incomes(asset_id: UUID, tx: Reading, paging: PageQuery) -> dict[str, Any]:
    """收益与冲销。"""
    return await course.incomes(tx, asset_id, paging)


@router.post(
    "/v1/assets/{asset_id}/incomes/{income_id}/reversal", status_code=201, response_model=schemas.IncomeOut
)
async def reverse(asset_id: UUID, income_id: UUID, given: schemas.ReasonIn, tx: Writing) -> dict[str, Any]:
    """冲销登记有误的一笔收益。"""
    return await course.reverse(tx, asset_id, income_id, given.reason)


@router.post("/v1/assets/{asset_id}/disposals", status_code=201, response_model=schemas.DisposalOut)
async def ask_disposal(
    asset_id: UUID, given: schemas.DisposalIn, tx: Writing, response: Response
) -> dict[str, Any]:
    """申请处置：报废、出售、转让或损失。"""
    made = await course.ask_disposal(tx, asset_id, given)
    tagged(response, made["version"])
    return made


@router.get("/v1/assets/{asset_id}/disposals", response_model=Page[schemas.DisposalOut])
async def disposals(asset_id: UUID, tx: Reading) -> dict[str, Any]:
    """处置申请。"""
    return await course.disposals(tx, asset_id)


@router.post("/v1/assets/{asset_id}/disposals/{disposal_id}/approval", response_model=schemas.DisposalOut)
async def approve_disposal(
    asset_id: UUID, disposal_id: UUID, expected: Precondition, tx: Writing, response: Response
) -> dict[str, Any]:
    """由申请人以外的另一人复核；资产就此处置。"""
    made = await course.decide_disposal(tx, asset_id, disposal_id, "approved", None, expected)
    tagged(response, made["version"])
    return made


@router.post("/v1/assets/{asset_id}/disposals/{disposal_id}/refusal", response_model=schemas.DisposalOut)
async def refuse_disposal(
    asset_id: UUID,
    disposal_id: UUID,
    given: schemas.ReasonIn,
    expected: Precondition,
    tx: Writing,
    response: Response,
) -> dict[str, Any]:
    """复核不通过，写明原因。"""
    made = await course.decide_disposal(tx, asset_id, disposal_id, "refused", given.reason, expected)
    tagged(response, made["version"])
    return made
