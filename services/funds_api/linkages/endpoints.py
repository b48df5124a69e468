"""Routes of benefit linkage."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from services.funds_api.linkages import schemas, service
from services.funds_api.linkages.rules import Kind
from services.funds_api.linkages.sheet import read
from services.funds_api.purposes import Year
from shared.db.transaction import Transaction
from shared.pagination.cursors import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.repetition import claim_key
from shared.runtime.route import allowed
from shared.runtime.schema import Day, RegionCode
from shared.runtime.tables import TABLE_BODY, received_table

router = make_router("联农带农")

Reading = Annotated[Transaction, allowed("funds:read")]
Writing = Annotated[Transaction, allowed("funds:write")]


@router.post(
    "/v1/linkages",
    status_code=201,
    response_model=schemas.LinkageOut | Page[schemas.LinkageOut],
    openapi_extra=TABLE_BODY,
)
async def add_linkages(
    request: Request,
    response: Response,
    tx: Annotated[Transaction, allowed("funds:write", streams=True)],
) -> Any:
    """登记利益联结：JSON `{project_id, household_id, kind, amount, from, to, note}` 一条，`{items: […]}` 多条，或表格
    一行一条；有误的全部退回，一条不记。"""
    content_type, body = await received_table(request)
    with body:
        sent = await asyncio.to_thread(read, body, content_type)
        households = await service.check(tx, sent)
        await claim_key(request, tx, body.sha256)
    made = await service.add(tx, sent, households)
    if sent.one:
        tagged(response, made[0]["version"])
        return made[0]
    return {"items": made, "next_cursor": None}


@router.get("/v1/linkages", response_model=Page[schemas.LinkageOut])
async def list_linkages(
    tx: Reading,
    paging: PageQuery,
    project_id: UUID | None = None,
    household_id: UUID | None = None,
    kind: Kind | None = None,
    on: Annotated[Day | None, Query(description="当日在期的")] = None,
    withdrawn: bool | None = None,
    region: Annotated[RegionCode | None, Query()] = None,
) -> dict[str, Any]:
    """利益联结清单，按户所在区划。"""
    filters = {
        "project_id": project_id,
        "household_id": household_id,
        "kind": kind,
        "on": on,
        "withdrawn": withdrawn,
    }
    return await service.list_linkages(tx, paging, region=region, filters=filters)


@router.get("/v1/linkages/{linkage_id}", response_model=schemas.LinkageOut)
async def find_linkage(linkage_id: UUID, tx: Reading, response: Response) -> dict[str, Any]:
    """一条利益联结。"""
    found = await service.find(tx, linkage_id)
    tagged(response, found["version"])
    return found


@router.patch("/v1/linkages/{linkage_id}", response_model=schemas.LinkageOut)
async def change_linkage(
    linkage_id: UUID, given: schemas.LinkageChange, expected: Precondition, tx: Writing, response: Response
) -> dict[str, Any]:
    """结束、更正或撤销；原登记保留。"""
    changed = await service.change(tx, linkage_id, given, expected)
    tagged(response, changed["version"])
    return changed


@router.get("/v1/linkages/{linkage_id}/versions", response_model=Page[schemas.LinkageVersion])
async def versions(linkage_id: UUID, tx: Reading) -> dict[str, Any]:
    """历次登记的内容。"""
    return await service.versions(tx, linkage_id)


@router.get("/v1/linkage-counts", response_model=Page[schemas.LinkageCount])
async def counts(
    tx: Reading,
    paging: PageQuery,
    year: Year | None = None,
    project_id: UUID | None = None,
    region: Annotated[RegionCode | None, Query()] = None,
) -> dict[str, Any]:
    """各项目当年带动的户数、其中监测对象户数和年收益。"""
    return await service.counts(tx, paging, year=year, region=region, project_id=project_id)


@router.get("/v1/linkage-findings", response_model=Page[schemas.LinkageFinding])
async def findings(
    tx: Reading,
    paging: PageQuery,
    year: Year | None = None,
    region: Annotated[RegionCode | None, Query()] = None,
) -> dict[str, Any]:
    """没有登记利益联结的产业项目。"""
    return await service.findings(tx, paging, year=year, region=region)
