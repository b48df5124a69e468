"""Routes of progress and industry share."""

from typing import Annotated, Any

from fastapi import Request, Response

from services.funds_api.progress import service
from services.funds_api.progress.schemas import FundShareOut, IndustryShareOut, ProgressAsked, ProgressOut
from services.funds_api.purposes import Year
from shared.db.transaction import Transaction
from shared.pagination.cursors import Page, Paging
from shared.runtime.app import make_router
from shared.runtime.asked import asked_as, asked_parameters, called_directly
from shared.runtime.packed import packed_response
from shared.runtime.route import allowed

router = make_router("支出进度")

Reading = Annotated[Transaction, allowed("progress:read")]


@router.get("/v1/progress", response_model=Page[ProgressOut], openapi_extra=asked_parameters(ProgressAsked))
@called_directly(ProgressAsked)
async def progress(
    asked: Annotated[ProgressAsked, asked_as(ProgressAsked)], tx: Reading, request: Request
) -> Response:
    """支出进度：按单位和资金来源（缺省），或按单位、来源、级次、项目、合计；不写年度为当年，不写日期为今天。"""
    as_of = asked.as_of or tx.today
    paging = Paging(asked.limit, asked.cursor)
    text = await service.progress_text(tx, paging, asked.by, asked.year or as_of.year, as_of)
    return packed_response(text, request.headers.get("accept-encoding"))


@router.get("/v1/industry-share", response_model=Page[IndustryShareOut])
async def industry_share(tx: Reading, year: Year | None = None) -> dict[str, Any]:
    """各级资金用于产业的比例；不写年度为当年。"""
    return await service.industry_share(tx, year or tx.today.year)


@router.get("/v1/fund-shares", response_model=Page[FundShareOut])
async def fund_shares(tx: Reading, year: Year | None = None) -> dict[str, Any]:
    """项目管理费、易地搬迁集中安置区各占其资金的比例；不写年度为当年。"""
    return await service.fund_shares(tx, year or tx.today.year)
