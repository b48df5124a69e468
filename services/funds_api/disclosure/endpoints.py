"""The public route: no token, allow-listed columns, no natural person (policy.md, Funds)."""

from typing import Annotated, Any

from fastapi import Header, Query, Request, Response
from fastapi.responses import HTMLResponse

from services.funds_api.disclosure import printable
from services.funds_api.disclosure.schemas import DisclosureOut, Kind
from services.funds_api.disclosure.service import published
from services.funds_api.disclosure.sheet import workbook
from services.funds_api.purposes import Year
from shared.errors import CountyRequired
from shared.identifiers.regions import level
from shared.pagination.cursors import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.route import Service
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
    """公开各县或一个县、一个区划的资金来源、指标和项目；按 Accept 给出 JSON、XLSX 或可打印的网页。"""
    if county is not None and level(county) != "county":
        raise CountyRequired()
    answer = await published(service, paging, county=county, region=region, year=year, kind=kind)
    if wants_page(accept):
        page = printable.page(answer["items"], printable.address_of_next(request, answer["next_cursor"]))
        return HTMLResponse(page, headers={**VARY, **printable.HEADERS})
    if negotiate(accept, ("json", "xlsx")) == "xlsx":
        return Response(workbook(answer["items"]), media_type=MEDIA_TYPES["xlsx"], headers=VARY)
    response.headers.update(VARY)
    return answer
