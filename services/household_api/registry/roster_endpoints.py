"""The roster, for our own services."""

from typing import Annotated

from fastapi import Query, Response

from services.household_api.registry.roster import read_roster
from shared.contracts.roster import MOST_HOUSEHOLDS, encode_roster
from shared.db import Transaction
from shared.pagination.cursors import Paging
from shared.runtime.app import make_router
from shared.runtime.route import allowed
from shared.runtime.schema import RegionCode

router = make_router("registry")


@router.get("/v1/roster", response_class=Response)
async def roster(
    tx: Annotated[Transaction, allowed("roster:read")],
    region: RegionCode,
    household_type: Annotated[list[str], Query(max_length=20)] = [],  # noqa: B006
    monitored: bool = False,
    limit: Annotated[int, Query(ge=1, le=MOST_HOUSEHOLDS)] = MOST_HOUSEHOLDS,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Households of a region by id, with whom to ask for in full (shared/contracts/roster.py); ``monitored``: only
    those whose risk is not eliminated."""
    found = await read_roster(tx, region, household_type, Paging(limit, cursor), monitored=monitored)
    return Response(encode_roster(found), media_type="application/json")
