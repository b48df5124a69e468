"""The public route: no token, allow-listed columns, no natural person; and postings on the spot (policy.md, Funds)."""

from typing import Annotated, Any

from fastapi import Header, Query, Request, Response
from fastapi.responses import HTMLResponse

from services.funds_api.disclosure import posting_service, printable
from services.funds_api.disclosure.schemas import DisclosureOut, Finding, Kind, Posting, PostingIn
from services.funds_api.disclosure.service import name_of, published
from services.funds_api.disclosure.sheet import workbook
from services.funds_api.purposes import Year
from shared.db import Transaction
from shared.errors import CountyRequired
from shared.identifiers.regions import level
from shared.pagination.cursors import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.route import Service, allowed
from shared.runtime.schema import RegionCode
from shared.tables.content_types import MEDIA_TYPES, negotiate, wants_page

router = make_router("公告公示")

#: The answer's form follows the Accept header; what keeps it has to know.
VARY = {"Vary": "Accept"}


@router.get(
    "/v1/disclosures",
    response_model=Page[DisclosureOut],
    responses={200: {"content": {"text/html": {}, MEDIA_TYPES["xlsx"]: {}}}},
)
async def disclosures(
    service: Service,
    request: Request,
    response: Response,
    paging: PageQuery,
    county: Annotated[RegionCode | None, Query()] = None,
    region: Annotated[RegionCode | None, Query()] = None,
    year: Year | None = None,
    kind: Kind | None = None,
    accept: Annotated[str | None, Header()] = None,
) -> Any:
    """公开各县或一个县、一个区划的资金来源、指标、项目、资产和光伏收益分配；按 Accept 给出
    JSON、XLSX 或可打印的网页。"""
    if county is not None and level(county) != "county":
        raise CountyRequired()
    answer = await published(service, paging, county=county, region=region, year=year, kind=kind)
    if wants_page(accept):
        place = None if region is None else await name_of(service, region) or region
        page = printable.page(
            answer["items"],
            printable.address_of_next(request, answer["next_cursor"]),
            place,
            printable.address_of(request),
        )
        return HTMLResponse(page, headers={**VARY, **printable.HEADERS})
    if negotiate(accept, ("json", "xlsx")) == "xlsx":
        return Response(workbook(answer["items"]), media_type=MEDIA_TYPES["xlsx"], headers=VARY)
    response.headers.update(VARY)
    return answer


@router.post("/v1/disclosure-postings", status_code=201, response_model=Posting)
async def record_posting(
    given: PostingIn, tx: Annotated[Transaction, allowed("funds:write")]
) -> dict[str, Any]:
    """登记张榜公示：哪一笔指标或哪个项目，何日张贴在何处。"""
    return await posting_service.record(tx, given)


@router.get("/v1/disclosure-postings", response_model=Page[Posting])
async def list_postings(
    tx: Annotated[Transaction, allowed("funds:read")], paging: PageQuery
) -> dict[str, Any]:
    """张榜公示的登记。"""
    return await posting_service.list_postings(tx, paging)


@router.get("/v1/disclosure-findings", response_model=Page[Finding])
async def list_findings(
    tx: Annotated[Transaction, allowed("funds:read")], paging: PageQuery
) -> dict[str, Any]:
    """乡村两级的安排逾期未张榜的。"""
    return await posting_service.findings(tx, paging)
