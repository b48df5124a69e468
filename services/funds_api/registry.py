"""Asking household_api for households, which are known here by their ids alone."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import httpx

from services.funds_api.payments.payees import SEEN_IN_FULL_BY
from shared.contracts.household_checks import (
    MOST_HOUSEHOLDS,
    CheckedHousehold,
    HouseholdsToCheck,
    HouseholdToCheck,
    decode_checked,
    encode_to_check,
)
from shared.db.transaction import Transaction
from shared.errors import Unavailable
from shared.runtime.context import ServiceContext


class RegistryAway(Unavailable):
    code = "registry_away"
    title, title_en = "暂时无法核对农户台账，请稍后再试", "The registry cannot be asked now: try again"


async def ask_registry(
    service: ServiceContext, county: str, households: Sequence[HouseholdToCheck], as_of: date
) -> list[CheckedHousehold]:
    """Households as they were on a day, in the order asked. Raises ``RegistryAway``; call it before the first
    statement of the transaction, so that no connection is held meanwhile."""
    checked: list[CheckedHousehold] = []
    for start in range(0, len(households), MOST_HOUSEHOLDS):
        part = list(households[start : start + MOST_HOUSEHOLDS])
        try:
            answer = await service.http.post(
                f"{service.settings.household_url}/v1/household-checks",
                params={"county": county, "as_of": as_of.isoformat()},
                content=encode_to_check(HouseholdsToCheck(part)),
                headers={"Content-Type": "application/json"},
                auth=service.own_token,
            )
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise RegistryAway(headers={"Retry-After": "5"}) from error
        checked += decode_checked(answer.content).households
    return checked


async def find_households(
    tx: Transaction, asked: Sequence[tuple[UUID, date]]
) -> list[tuple[CheckedHousehold, date]]:
    """Each household as it was on its day, and as of which day that is.

    Where it was not registered then, as it is today: the registry may be younger than what is told of it. Raises
    ``RegistryAway``; before the first statement.
    """
    found = [(CheckedHousehold(False), day) for _, day in asked]
    places_by_day: defaultdict[date, list[int]] = defaultdict(list)
    for place, (_, day) in enumerate(asked):
        places_by_day[day].append(place)
    for day, places in places_by_day.items():
        await _find(tx, asked, places, day, found)
    missing = [
        place for place, (household, day) in enumerate(found) if not household.found and day != tx.today
    ]
    await _find(tx, asked, missing, tx.today, found)
    return found


async def _find(
    tx: Transaction,
    asked: Sequence[tuple[UUID, date]],
    places: Sequence[int],
    day: date,
    found: list[tuple[CheckedHousehold, date]],
) -> None:
    households = [HouseholdToCheck(asked[place][0], "") for place in places]
    answers = await ask_registry(tx.service, tx.county, households, day)
    for place, household in zip(places, answers, strict=True):
        found[place] = household, day


def sees_households(tx: Transaction) -> bool:
    """Whether the caller may know which household it is: supervisors and other systems may not (policy.md, Who takes
    part)."""
    return bool(tx.roles & SEEN_IN_FULL_BY)
