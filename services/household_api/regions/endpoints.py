"""The regions of the county (GB/T 2260, GB/T 10114)."""

from typing import Annotated, Any

from pydantic import Field

from services.household_api.regions import repository
from shared.db import Transaction
from shared.pagination import Page, PageQuery, page
from shared.runtime.app import make_router
from shared.runtime.route import allowed
from shared.runtime.schema import RegionCode, Schema

router = make_router("regions")


class Region(Schema):
    code: str
    name: str
    level: str
    parent: str | None = Field(validation_alias="parent_code")
    served_by: str | None


@router.get("/v1/regions", response_model=Page[Region])
async def list_regions(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("regions:read")],
    parent: RegionCode | None = None,
) -> dict[str, Any]:
    """Regions by code; ``parent`` leaves those directly below one."""
    (after,) = paging.after_text()
    rows = await repository.list_regions(tx, parent, after, paging.limit)
    return page([Region.model_validate(dict(row)) for row in rows], paging, lambda region: [region.code])
