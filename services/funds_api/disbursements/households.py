"""Asking household_api whether those who are to be paid are there."""

from collections.abc import Sequence
from datetime import date

from services.funds_api.disbursements.rules import Errors, Item, is_eligible
from services.funds_api.registry import ask_registry
from shared.contracts.household_checks import CheckedHousehold, HouseholdToCheck
from shared.runtime.context import ServiceContext


async def ask(
    service: ServiceContext, county: str, items: Sequence[Item], as_of: date
) -> list[CheckedHousehold]:
    """The households of items as they were on a day. Raises ``RegistryAway``; no connection is held meanwhile."""
    asked = [HouseholdToCheck(item.household_id, item.payee) for item in items]
    return await ask_registry(service, county, asked, as_of)


def judge(
    items: Sequence[Item],
    households: Sequence[CheckedHousehold],
    eligible: dict[str, list[str]],
    errors: Errors,
) -> None:
    """What is wrong with the payees goes into ``errors`` (policy.md, Funds)."""
    for place, (item, household) in enumerate(zip(items, households, strict=True)):
        if not household.found:
            errors.at(place, "household_id", "household_not_found", "登记簿中没有该户，或该户当时已终止")
        elif not household.payee_lives_there:
            errors.at(place, "payee", "payee_differs", "收款人不是该户健在的成员，请核对姓名")
        elif not is_eligible(item.purpose, household.household_type, household.monitoring_type, eligible):
            kinds = "、".join(eligible[item.purpose])
            errors.at(place, "household_id", "household_not_eligible", f"该用途只发给：{kinds}")
