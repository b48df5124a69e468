"""A household taken in hand for a change: locked, its members opened, the relations that are stated checked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.registry import repository
from services.household_api.registry.cells import read_relationship
from services.household_api.registry.errors import HouseholdEnded, InvalidLifeEvent
from services.household_api.registry.family import Relative, birth_errors, circles, head_error
from services.household_api.registry.life_schemas import Placed
from services.household_api.registry.particulars import Vault, vault_of
from services.household_api.registry.rules import RowError
from shared.db import Transaction
from shared.errors import FieldError, NotFound
from shared.runtime.preconditions import IfMatch
from shared.tables.cells import CellError
from shared.tables.words import RELATIONSHIP


@dataclass(frozen=True, slots=True)
class Gathered:
    """A locked household and its members of all states."""

    household: RowMapping
    members: Mapping[UUID, RowMapping]
    born: Mapping[UUID, date | None]

    @property
    def id(self) -> UUID:
        found: UUID = self.household["id"]
        return found

    @property
    def region(self) -> str:
        return str(self.household["region_code"])

    @property
    def living(self) -> dict[UUID, str]:
        """The living members' relations to the head."""
        return {key: row["relationship"] for key, row in self.members.items() if row["status"] == "living"}


async def gather(
    tx: Transaction, household_id: UUID, expected: IfMatch | None = None, *, ended_too: bool = False
) -> Gathered:
    """Raises ``NotFound``, ``PreconditionFailed``, ``HouseholdEnded``. Call ``lock_registry`` before."""
    row = await repository.household(tx, household_id, lock=True)
    if row is None:
        raise NotFound()
    if expected is not None:
        expected.check(row["version"])
    if row["ended_on"] is not None and not ended_too:
        raise HouseholdEnded()
    return await _opened(await vault_of(tx), row, await repository.members(tx, household_id))


async def _opened(vault: Vault, row: RowMapping, members: Sequence[RowMapping]) -> Gathered:
    persons = vault.open_many([(member["id"], member["sealed"]) for member in members])
    return Gathered(
        row,
        {member["id"]: member for member in members},
        {member["id"]: person.born for member, person in zip(members, persons, strict=True)},
    )


class Stated:
    """The relations that a request states, and everything that is wrong with them."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []
        self._pointers: dict[UUID, str] = {}

    def refuse(self, pointer: str, error: RowError) -> None:
        self.errors.append(FieldError(pointer, error.code, error.message))

    def read(self, field: str, placed: Sequence[Placed], allowed: Iterable[UUID]) -> dict[UUID, str]:
        """Relations by person; each must be one of ``allowed``, named once."""
        known = frozenset(allowed)
        relations: dict[UUID, str] = {}
        for place, each in enumerate(placed):
            pointer = f"/{field}/{place}"
            if each.person_id not in known:
                message = "此处应为该户健在的成员，请核对 person_id"
                self.errors.append(FieldError(f"{pointer}/person_id", "member_unknown", message))
            elif each.person_id in self._pointers:
                message = "同一人写了两次，请只保留一次"
                self.errors.append(FieldError(f"{pointer}/person_id", "member_twice", message))
            else:
                self._pointers[each.person_id] = f"{pointer}/relationship"
                relations[each.person_id] = self.relation(f"{pointer}/relationship", each.relationship)
        return relations

    def relation(self, pointer: str, text: str) -> str:
        try:
            return read_relationship(RELATIONSHIP.code(text)) or ""
        except CellError as error:
            self.errors.append(FieldError(pointer, error.code, error.message))
            return ""

    def check_family(
        self,
        field: str,
        relations: Mapping[UUID, str],
        born: Mapping[UUID, date | None],
        former: Mapping[UUID, str],
    ) -> None:
        """Those who will live together: one head, no circle, births that fit."""
        family = {key: Relative(relation, born.get(key)) for key, relation in relations.items()}
        if error := head_error(family):
            self.refuse(f"/{field}", error)
        for key, wrong in {**birth_errors(family), **circles(former, relations)}.items():
            # What stood so before is not this change's to refuse.
            if former.get(key) != relations[key] or key in self._pointers or wrong.code == "relation_circle":
                self.refuse(self._pointers.get(key, f"/{field}"), wrong)

    def done(self) -> None:
        """Raises ``InvalidLifeEvent`` where anything was wrong."""
        if self.errors:
            raise InvalidLifeEvent(errors=self.errors)
