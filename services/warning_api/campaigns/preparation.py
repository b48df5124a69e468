"""Going through the registry for a campaign, a page at a time; safe to be killed and to run again at any point."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.warning_api.campaigns import repository
from services.warning_api.dispatch.other_origins import Visit, make_tasks, take_back
from services.warning_api.filing.rules import CENSUS
from services.warning_api.filing.staging import PersonalData
from shared.contracts.roster import Roster, RosterHousehold, decode_roster
from shared.runtime.context import ServiceContext

#: Visits that are taken off the lists in one transaction.
TAKEN_TOGETHER = 2000


async def put_on_lists(service: ServiceContext, county: str, campaign_id: UUID) -> None:
    """Put every household in scope on the list of its township, once.

    Each page is one transaction together with the place where the next begins, and a household is filed once for a
    campaign: whatever is killed, nobody is left out or visited twice. household_api is asked with no connection held.
    """
    while True:
        async with service.begin(county) as tx:
            row = await repository.campaign(tx, campaign_id)
        if row is None or row["state"] != "preparing":
            return
        roster = await ask_roster(service, county, row)
        async with service.begin(county) as tx:
            held = await repository.campaign(tx, campaign_id, lock=True)
            if held is None or (held["state"], held["place"]) != (row["state"], row["place"]):
                continue  # Somebody else has put this page on the lists, or the county has cancelled.
            visits = [_visit(campaign_id, row["name"], household) for household in roster.items]
            made = await make_tasks(
                tx, row["cycle"], CENSUS, campaign_id, row["kind"], visits, due_on=row["due_on"]
            )
            await repository.advance(
                tx,
                campaign_id,
                place=roster.next_cursor,
                households=len(visits),
                clues=len(made),
                state="preparing" if roster.next_cursor else "open",
            )


async def take_off_lists(service: ServiceContext, county: str, campaign_id: UUID) -> None:
    """Take what nobody has visited off the lists of a campaign that was cancelled."""
    while True:
        async with service.begin(county) as tx:
            row = await repository.campaign(tx, campaign_id, lock=True)
            if row is None or row["state"] != "cancelling":
                return
            if not await take_back(tx, row["cycle"], CENSUS, campaign_id, row["name"], TAKEN_TOGETHER):
                await repository.cancelled(tx, campaign_id)


async def ask_roster(service: ServiceContext, county: str, row: Mapping[Any, Any]) -> Roster:
    """The next page of a campaign's households. Raises httpx.HTTPError while household_api is away."""
    answer = await service.http.get(
        f"{service.settings.household_url}/v1/roster",
        params={
            "county": county,
            "region": row["region_code"],
            "household_type": row["household_types"],
            "monitored": row["monitored_only"],
            **({"cursor": row["place"]} if row["place"] else {}),
        },
        auth=service.own_token,
    )
    answer.raise_for_status()
    return decode_roster(answer.content)


def _visit(campaign_id: UUID, name: str, household: RosterHousehold) -> Visit:
    return Visit(
        key=f"{campaign_id}/{household.household_id}",
        person=PersonalData(household.name, household.id_number, household.phone, name),
        region_code=household.region_code,
        household_id=household.household_id,
        person_id=household.person_id,
        household_type=household.household_type,
        monitoring_type=household.monitoring_type,
    )
