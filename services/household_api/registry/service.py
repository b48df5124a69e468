"""Reading the registry, registering a household, deciding on its monitoring."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.registry import repository
from services.household_api.registry.checking import row_check
from services.household_api.registry.errors import (
    HouseholdNoTaken,
    InvalidHousehold,
    InvalidInstant,
    InvalidSearch,
    MembersConflict,
)
from services.household_api.registry.family import Relative, birth_errors
from services.household_api.registry.fields import CONDITIONS, STANDING
from services.household_api.registry.masking import View
from services.household_api.registry.merging import compare, merge
from services.household_api.registry.particulars import vault_of
from services.household_api.registry.rules import HEAD, RegistryRow, RowError
from services.household_api.registry.schemas import Search
from services.household_api.registry.staging import begin_staging, mark_conflicts, stage, to_stage
from services.household_api.registry.uniqueness import known_elsewhere
from shared import audit
from shared.clock.business_clock import SHANGHAI
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import FieldError, NotFound
from shared.identifiers.id_number import InvalidIdNumber, normalise_id_number
from shared.runtime.schema import storable
from shared.tables.columns import Sheet
from shared.tables.rows import Records
from shared.tables.words import IMPORT_COLUMNS

#: Fields of a row that say what the household is.
OF_HOUSEHOLD: Final = frozenset(("household_no", *STANDING, *CONDITIONS))
#: Why a household's first version was made.
REGISTERED: Final = "登记"


def read_at(text: str) -> datetime:
    """The instant as of which to read; a day means its end. Raises ``InvalidInstant``."""
    try:
        if len(text) == 10:
            midnight = datetime.combine(date.fromisoformat(text), datetime.min.time(), SHANGHAI)
            return storable(midnight + timedelta(days=1, microseconds=-1))
        # A plus that was not percent-encoded arrives as a blank.
        at = storable(datetime.fromisoformat(text.replace(" ", "+")))
    except (ValueError, OverflowError) as error:
        raise InvalidInstant() from error
    if at.tzinfo is None:
        raise InvalidInstant()
    return at


def shown_household(row: RowMapping) -> dict[str, Any]:
    """A household row without its members."""
    return {
        **{name: row[name] for name in ("id", "household_no", "region_code", "household_type")},
        "monitoring_type": row["monitoring_type"] or None,
        "risk_eliminated": row["risk_eliminated"],
        **{name: None if row[name] == "" else row[name] for name in CONDITIONS},
        **{name: row[name] for name in ("ended_on", "version", "valid_from", "changed_by", "reason")},
    }


def is_monitored(monitoring_type: str | None, *, risk_eliminated: bool) -> bool:
    """Under monitoring with a risk that is not removed."""
    return bool(monitoring_type) and not risk_eliminated


async def list_households(
    tx: Transaction, filters: repository.Filters, after: tuple[str | None, UUID | None], limit: int
) -> list[dict[str, Any]]:
    """``limit + 1`` households with their heads, as ``schemas.HouseholdInList``."""
    rows = await repository.list_households(tx, filters, after, limit)
    if not rows:
        return []
    heads = {
        row["household_id"]: row for row in await repository.heads_and_sizes(tx, [r["id"] for r in rows])
    }
    vault = await vault_of(tx)
    opened = vault.open_many([(head["id"], head["sealed"]) for head in heads.values()])
    persons = dict(zip(heads, opened, strict=True))
    view = View(tx, in_full=False)
    found = []
    for row in rows:
        head = None
        first = heads.get(row["id"])
        if first is not None and first["relationship"] == HEAD:
            person = persons[row["id"]]
            head = {
                "person_id": first["id"],
                "name": view.name(person),
                "id_number": view.id_number(person),
            }
        found.append({**shown_household(row), "head": head, "size": first["size"] if first else 0})
    return found


async def household_now(tx: Transaction, household_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """The household's row, for other domains."""
    return await repository.household(tx, household_id, lock=lock)


async def describe(
    tx: Transaction, household_id: UUID, at: datetime | None, purpose: str | None
) -> dict[str, Any]:
    """A household with its members, now or as of an instant. Full values are audited."""
    if at is None:
        row = await repository.household(tx, household_id)
    else:
        row = await repository.household_as_of(tx, household_id, at)
    if row is None:
        raise NotFound()
    if at is None:
        persons = await repository.members(tx, household_id)
    else:
        persons = await repository.members_as_of(tx, household_id, at)
    if purpose is not None:
        await audit.record(tx, "household.disclosed", f"household/{household_id}", {"purpose": purpose})
    view = View(tx, in_full=purpose is not None)
    return {**shown_household(row), "members": view.persons(await vault_of(tx), persons)}


async def search(
    tx: Transaction, wanted: Search, purpose: str, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Persons by full values, shown in full; audited with what was searched by, never with the values."""
    vault = await vault_of(tx)
    if wanted.id_number:
        try:
            number = normalise_id_number(wanted.id_number)
        except InvalidIdNumber as error:
            raise InvalidSearch(errors=[FieldError("/id_number", error.code, error.message)]) from None
        by, (value,) = "id_index", vault.id_indexes([number])
    elif wanted.name and wanted.birth_date:
        by = "name_birth_index"
        (value,) = vault.name_birth_indexes([(wanted.name, wanted.birth_date)])
    else:
        raise InvalidSearch()
    rows = await repository.persons_by(tx, by, value, after, limit)
    await audit.record(
        tx, "registry.searched", "registry", {"by": by, "purpose": purpose, "found": len(rows)}
    )
    persons = View(tx, in_full=True).persons(vault, rows)
    return [
        {
            "household_id": row["household_id"],
            "household_no": row["household_no"],
            "region_code": row["region_code"],
            "household_type": row["household_type"],
            "monitoring_type": row["monitoring_type"] or None,
            "person": person,
        }
        for row, person in zip(rows, persons, strict=True)
    ]


def new_household_no() -> str:
    """A number for a household that no list has numbered."""
    return f"Z-{new_id().hex[-12:]}"


async def register(
    tx: Transaction, standing: Mapping[str, Any], members: Sequence[Mapping[str, Any]]
) -> UUID:
    """Register a household; answers its id. The values are read like those of a table.

    Raises ``InvalidHousehold``, ``HouseholdNoTaken``, ``MembersConflict``.
    """
    household_no = standing.get("household_no") or new_household_no()
    rows = await _checked(tx, {**standing, "household_no": household_no}, members)
    vault = await vault_of(tx)
    household_id = new_id()
    await begin_staging(tx)
    await repository.lock_registry(tx)
    if await repository.household_no_taken(tx, household_no):
        raise HouseholdNoTaken()
    await stage(
        tx,
        to_stage(vault, [(line, row, None) for line, row in enumerate(rows)], {household_no: household_id}),
    )
    await mark_conflicts(tx)
    conflicts = await tx.rows("SELECT line, errors FROM staged WHERE errors IS NOT NULL ORDER BY line")
    if conflicts:
        raise MembersConflict(
            errors=[
                FieldError(f"/members/{row['line']}/{error['field']}", error["code"], error["message"])
                for row in conflicts
                for error in row["errors"]
            ]
        )
    await compare(tx, vault)
    with known_elsewhere():
        await merge(tx, REGISTERED)
    await audit.record(tx, "household.registered", f"household/{household_id}", {"members": len(rows)})
    return household_id


async def _checked(
    tx: Transaction, standing: Mapping[str, Any], members: Sequence[Mapping[str, Any]]
) -> list[RegistryRow]:
    check = await row_check(tx)
    records = Records(Sheet(IMPORT_COLUMNS))
    rows: list[RegistryRow] = []
    errors: dict[str, FieldError] = {}
    for place, member in enumerate(members):
        checked = check.check(records.row(place, {**member, **standing}).values)
        if isinstance(checked, RegistryRow):
            rows.append(checked)
            continue
        for error in checked:
            found = field_error(place, error)
            errors.setdefault(found.pointer, found)
    living = {
        place: Relative(row.relationship, row.particulars.born)
        for place, row in enumerate(rows)
        if row.status in (None, "living")
    }
    for place, error in birth_errors(living).items() if not errors else ():
        found = field_error(place, error)
        errors[found.pointer] = found
    if errors:
        raise InvalidHousehold(errors=list(errors.values()))
    return rows


def field_error(place: int, error: RowError) -> FieldError:
    """Where in the body of a household the error of a row stands."""
    pointer = f"/{error.field}" if error.field in OF_HOUSEHOLD else f"/members/{place}/{error.field}"
    return FieldError(pointer, error.code, error.message)


async def take_turns(tx: Transaction) -> None:
    """Wait until nobody else is about to register persons in this county: then look who is known."""
    await repository.lock_registry(tx)


async def person_by_id_number(tx: Transaction, id_number: str) -> RowMapping | None:
    """The person with this normalised number, with the household's state."""
    (index,) = (await vault_of(tx)).id_indexes([id_number])
    rows = await repository.persons_by(tx, "id_index", index, None, 1)
    return rows[0] if rows else None


async def persons_by_name_and_birth(tx: Transaction, name: str, born: date) -> Sequence[RowMapping]:
    (index,) = (await vault_of(tx)).name_birth_indexes([(name, born)])
    return await repository.persons_by(tx, "name_birth_index", index, None, 20)


async def decide_monitoring(
    tx: Transaction,
    household_id: UUID,
    case_id: UUID,
    *,
    monitoring_type: str | None,
    risk_eliminated: bool,
    reason: str = "监测案件",
) -> None:
    """Note what a case has decided; None leaves the type. Imports leave it alone from then on."""
    changes: dict[str, Any] = {"risk_eliminated": risk_eliminated, "monitoring_case_id": case_id}
    if monitoring_type is not None:
        changes["monitoring_type"] = monitoring_type
    await repository.change_household(tx, household_id, changes, reason)


async def household_of(tx: Transaction, person_id: UUID) -> UUID | None:
    """The household that a person belongs to now."""
    return await repository.household_of(tx, person_id)


async def history(
    tx: Transaction, household_id: UUID, before: int | None, limit: int
) -> list[dict[str, Any]]:
    """Versions as ``schemas.HouseholdVersion``, the newest first. Raises ``NotFound``."""
    rows = await repository.versions(tx, household_id, before, limit)
    if not rows and await repository.household(tx, household_id) is None:
        raise NotFound()
    return [{**row, "monitoring_type": row["monitoring_type"] or None} for row in rows]


async def name_contact(
    tx: Transaction, household_id: UUID, official: str, unit: str, reason: str = "帮扶联系人"
) -> None:
    """Note the public official who is the household's contact (policy.md, Registry and monitoring)."""
    changes = {"contact_official": official, "contact_unit": unit}
    await repository.change_household(tx, household_id, changes, reason)
