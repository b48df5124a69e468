"""The public route: no token, allow-listed columns, no natural person (policy.md, Funds)."""

from typing import Annotated, Any

from fastapi import Header, Query, Response

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
from shared.tables.content_types import MEDIA_TYPES, negotiate

router = make_router("公告公示")


@router.get("/v1/disclosures", response_model=Page[DisclosureOut])
async def disclosures(
    service: Service,
    paging: PageQuery,
    county: Annotated[RegionCode | None, Query()] = None,
    year: Year | None = None,
    kind: Kind | None = None,
    accept: Annotated[str | None, Header()] = None,
) -> Any:
    """公开一个县的资金来源、指标和项目；按 Accept 给出 JSON 或 XLSX。"""
    if county is None or level(county) != "county":
        raise CountyRequired()
    answer = await published(service, paging, county, year=year, kind=kind)
    if negotiate(accept, ("json", "xlsx")) == "xlsx":
        return Response(workbook(answer["items"]), media_type=MEDIA_TYPES["xlsx"])
    return answer
