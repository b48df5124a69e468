"""Routes of progress and industry share."""

from typing import Annotated, Any

from services.funds_api.progress import service
from services.funds_api.progress.schemas import FundShareOut, IndustryShareOut, ProgressOut
from services.funds_api.purposes import Year
from shared.db.transaction import Transaction
from shared.pagination.cursors import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.route import allowed
from shared.runtime.schema import Day

router = make_router("支出进度")

Reading = Annotated[Transaction, allowed("progress:read")]


@router.get("/v1/progress", response_model=Page[ProgressOut])
async def progress(
    tx: Reading,
    paging: PageQuery,
    year: Year | None = None,
    as_of: Day | None = None,
    by: service.By = "unit_source",
) -> dict[str, Any]:
    """支出进度：按单位和资金来源（缺省），或按单位、来源、级次、项目、合计；不写年度为当年，不写日期为今天。"""
    as_of = as_of or tx.today
    return await service.progress(tx, paging, by, year or as_of.year, as_of)


@router.get("/v1/industry-share", response_model=Page[IndustryShareOut])
async def industry_share(tx: Reading, year: Year | None = None) -> dict[str, Any]:
    """各级资金用于产业的比例；不写年度为当年。"""
    return await service.industry_share(tx, year or tx.today.year)


@router.get("/v1/fund-shares", response_model=Page[FundShareOut])
async def fund_shares(tx: Reading, year: Year | None = None) -> dict[str, Any]:
    """项目管理费、易地搬迁集中安置区各占其资金的比例；不写年度为当年。"""
    return await service.fund_shares(tx, year or tx.today.year)
