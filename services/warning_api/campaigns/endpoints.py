"""Campaigns."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Response

from services.warning_api.campaigns import schemas, service
from services.warning_api.cycles.schemas import CycleCode
from shared.db import Transaction
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.route import allowed

router = make_router("campaigns")


@router.post("/v1/campaigns", status_code=201, response_model=schemas.Campaign)
async def begin(
    wanted: schemas.CampaignIn,
    response: Response,
    tx: Annotated[Transaction, allowed("campaigns:write")],
) -> dict[str, Any]:
    """Have every household in scope visited: a quarterly walk-through or a half-yearly census."""
    begun = await service.begin(tx, wanted)
    response.headers["Location"] = f"/v1/campaigns/{begun['id']}"
    tagged(response, begun["version"])
    return begun


@router.get("/v1/campaigns", response_model=Page[schemas.CampaignInList])
async def list_campaigns(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("campaigns:read")],
    cycle: CycleCode | None = None,
) -> dict[str, Any]:
    """The county's campaigns, in the order in which they were begun."""
    return await service.list_campaigns(tx, cycle, paging)


@router.get("/v1/campaigns/{campaign_id}", response_model=schemas.Campaign)
async def read_campaign(
    campaign_id: UUID, response: Response, tx: Annotated[Transaction, allowed("campaigns:read")]
) -> dict[str, Any]:
    """State ``preparing → open → closed``, or ``cancelling → cancelled``, and how far the visits have come."""
    found = await service.read(tx, campaign_id)
    tagged(response, found["version"])
    return found


@router.get("/v1/campaigns/{campaign_id}/progress", response_model=Page[schemas.Progress])
async def read_progress(
    campaign_id: UUID,
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("campaigns:read")],
    by: Literal["township", "village"] = "township",
) -> dict[str, Any]:
    """Households to visit, visited and confirmed, by township or village."""
    return await service.progress(tx, campaign_id, by, paging)


@router.post("/v1/campaigns/{campaign_id}/transitions", response_model=schemas.Campaign)
async def move(
    campaign_id: UUID,
    wanted: schemas.TransitionIn,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("campaigns:write")],
) -> dict[str, Any]:
    """Close or cancel a campaign."""
    found = await service.transition(tx, campaign_id, wanted.to, expected)
    tagged(response, found["version"])
    return found
