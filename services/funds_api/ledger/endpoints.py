"""Routes of the ledger, its recount, and budget years."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Response

from services.funds_api.ledger import recounting, service, years
from services.funds_api.ledger.schemas import ClosingIn, EntryOut, FindingOut, RecountOut, YearOut
from shared.db.transaction import Transaction
from shared.pagination.cursors import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.route import allowed
from shared.runtime.schema import RegionCode

router = make_router("账簿与年度")

Reading = Annotated[Transaction, allowed("funds:read")]
Writing = Annotated[Transaction, allowed("funds:write")]

YearPath = Annotated[int, Path(ge=2000, le=2100)]


@router.get("/v1/ledger-entries", response_model=Page[EntryOut])
async def list_entries(
    tx: Reading,
    paging: PageQuery,
    document_id: UUID | None = None,
    region: Annotated[RegionCode | None, Query()] = None,
) -> dict[str, Any]:
    """分录清单，可按凭单查询。"""
    return await service.list_entries(tx, paging, document_id=document_id, region=region)


@router.post("/v1/ledger-recounts", status_code=201, response_model=RecountOut)
async def recount(tx: Writing) -> dict[str, Any]:
    """按分录重新计算全部余额，记录不一致之处；每晚自动进行一次。"""
    return await recounting.recount(tx)


@router.get("/v1/ledger-findings", response_model=Page[FindingOut])
async def list_findings(
    tx: Reading, paging: PageQuery, is_open: Annotated[bool | None, Query(alias="open")] = None
) -> dict[str, Any]:
    """余额与分录不一致之处。"""
    return await recounting.list_findings(tx, paging, is_open=is_open)


@router.get("/v1/years", response_model=Page[YearOut])
async def list_years(tx: Reading) -> dict[str, Any]:
    """各年度及其结账情况。"""
    return await years.list_years(tx)


@router.get("/v1/years/{year}", response_model=YearOut)
async def find_year(year: YearPath, tx: Reading, response: Response) -> dict[str, Any]:
    """一个年度。"""
    found = await years.find_year(tx, year)
    tagged(response, found["version"])
    return found


@router.post("/v1/years/{year}/closing", status_code=201, response_model=YearOut)
async def request_closing(
    year: YearPath, tx: Writing, response: Response, given: ClosingIn | None = None
) -> dict[str, Any]:
    """提出年度结账，由另一人审批。"""
    made = await years.request_closing(tx, year, given.document_no if given else None)
    tagged(response, made["version"])
    return made


@router.post("/v1/years/{year}/closing/approval", response_model=YearOut)
async def approve_closing(
    year: YearPath, if_match: Precondition, tx: Writing, response: Response
) -> dict[str, Any]:
    """审批年度结账；此后该年度不再记账。"""
    closed = await years.approve_closing(tx, year, if_match)
    tagged(response, closed["version"])
    return closed


@router.post("/v1/years/{year}/closing/refusal", response_model=YearOut)
async def refuse_closing(
    year: YearPath, if_match: Precondition, tx: Writing, response: Response
) -> dict[str, Any]:
    """退回或撤回年度结账，该年度继续记账。"""
    reopened = await years.refuse_closing(tx, year, if_match)
    tagged(response, reopened["version"])
    return reopened
