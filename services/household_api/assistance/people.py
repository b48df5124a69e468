"""What plans and checks look at of a household's members."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.household_api.assistance import repository
from services.household_api.assistance.rules import Member
from services.household_api.registry.particulars import vault_of
from shared.clock.ages import age_on
from shared.db import Transaction
from shared.errors import FieldError
from shared.parameters import parameter
from shared.regions import Regions, regions_of


@dataclass(slots=True)
class People:
    """The living members of one household, and how many are gone, by status."""

    living: list[Member] = field(default_factory=list)
    gone: dict[str, int] = field(default_factory=dict)


async def people_of(tx: Transaction, household_ids: Sequence[UUID]) -> dict[UUID, People]:
    """By household. Ages come from sealed particulars."""
    rows = await repository.members(tx, household_ids)
    opened = (await vault_of(tx)).open_many([(row["id"], row["sealed"]) for row in rows])
    found = {household_id: People() for household_id in household_ids}
    for row, person in zip(rows, opened, strict=True):
        people = found[row["household_id"]]
        if row["status"] != "living":
            people.gone[row["status"]] = people.gone.get(row["status"], 0) + 1
            continue
        age = None if person.born is None else age_on(person.born, tx.today)
        people.living.append(Member(row["labour"], row["health"], row["student_status"], row["insured"], age))
    return found


async def organisations(tx: Transaction) -> "Organisations":
    """Who can be responsible for a measure in this county."""
    departments: Mapping[str, str] = (await parameter(tx, "departments")).value
    return Organisations(departments, await regions_of(tx))


@dataclass(frozen=True, slots=True)
class Organisations:
    """Departments by code, and the county's own regions."""

    departments: Mapping[str, str]
    regions: Regions

    def errors(self, org_code: str) -> list[FieldError]:
        if org_code in self.departments or org_code in self.regions:
            return []
        told = f"没有这个责任单位，请用部门代码（{'、'.join(self.departments)}）或本县的区划代码"
        return [FieldError("/org_code", "org_unknown", told)]
