"""What the worker does for campaigns."""

from typing import Any
from uuid import UUID

from services.warning_api.campaigns import repository
from services.warning_api.campaigns.preparation import put_on_lists, take_off_lists
from services.warning_api.campaigns.service import ask_for
from shared.regions import counties
from shared.runtime.context import ServiceContext


async def put_on_lists_job(service: ServiceContext, payload: dict[str, Any]) -> None:
    """Job ``put_on_lists``: ``{county, campaign_id}``."""
    await put_on_lists(service, payload["county"], UUID(payload["campaign_id"]))


async def take_off_lists_job(service: ServiceContext, payload: dict[str, Any]) -> None:
    """Job ``take_off_lists``: ``{county, campaign_id}``."""
    await take_off_lists(service, payload["county"], UUID(payload["campaign_id"]))


async def resume_campaigns(service: ServiceContext, _: dict[str, Any]) -> None:
    """Put back the job of each campaign that waits for one, unless it waits or runs; each county by itself."""
    async with service.begin() as tx:
        known = await counties(tx)
    for county in known:
        async with service.begin(county) as tx:
            for campaign in await repository.unfinished(tx):
                await ask_for(tx, campaign["state"], campaign["id"])
