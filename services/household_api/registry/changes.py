"""Correcting a household and its members by hand: every change is a new version."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.monitoring import service as monitoring
from services.household_api.registry import repository
from services.household_api.registry.checking import row_check
from services.household_api.registry.errors import HouseholdEnded, InvalidHousehold, MonitoringByCase
from services.household_api.registry.family import Relative, correction_errors
from services.household_api.registry.fields import CONDITIONS, DECIDED, NULLABLE, PERSON, STANDING
from services.household_api.registry.life_events import Kind, LifeEvent, happened
from services.household_api.registry.particulars import Particulars, Vault, vault_of
from services.household_api.registry.places import moved
from services.household_api.registry.rules import RegistryRow
from services.household_api.registry.schemas import HouseholdChange
from services.household_api.registry.service import field_error
from services.household_api.registry.uniqueness import id_number_held, known_elsewhere
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import FieldError, NotFound
from shared.runtime.preconditions import IfMatch
from shared.tables.columns import Sheet
from shared.tables.rows import Records
from shared.tables.words import IMPORT_COLUMNS

LIVING: Final = (None, "living")
#: What has happened to a member whose status a correction changes.
GONE: Final[Mapping[str, Kind]] = {"deceased": "died", "moved": "left"}
#: Where nobody says why.
CORRECTED: Final = "更正登记"


async def change(tx: Transaction, household_id: UUID, wanted: HouseholdChange, expected: IfMatch) -> None:
    """Carry out ``wanted``, all or nothing. Whom it makes dead or gone is told as life.py tells it; a household
    in which nobody is left ends by it, one that ended by mistake goes on.

    Raises ``NotFound``, ``PreconditionFailed``, ``HouseholdEnded``, ``InvalidHousehold``, ``MembersConflict``,
    ``MonitoringByCase``.
    """
    await repository.lock_registry(tx)
    row = await repository.household(tx, household_id, lock=True)
    if row is None:
        raise NotFound()
    expected.check(row["version"])
    if row["ended_on"] is not None and any(member.get("person_id") is None for member in wanted.members):
        raise HouseholdEnded()
    stated = wanted.model_dump(exclude_unset=True, exclude={"members", "reason"})
    standing = {
        **{name: row[name] for name in ("household_no", *STANDING, *CONDITIONS)},
        **stated,
    }
    vault = await vault_of(tx)
    present = {
        str(person["id"]): (person, opened)
        for person, opened in _opened(vault, await repository.members(tx, household_id))
    }
    checked = await _check(tx, row["region_code"], standing, wanted.members, present)
    if not checked:
        raise InvalidHousehold(errors=[FieldError("/members", "members_missing", "户内没有成员，请一并补充")])
    first = next(iter(checked.values()))
    changes = {name: getattr(first, name) for name in STANDING} | plain_values(first, CONDITIONS)
    if any(changes[name] != row[name] for name in DECIDED):
        await _check_undecided(tx, row)
    changes["ended_on"] = _ended_on(tx.today, row["ended_on"], checked)
    await repository.change_household(tx, household_id, changes, wanted.reason)
    if first.region_code != row["region_code"]:
        await moved(tx, {household_id: first.region_code})
    await _store(tx, vault, household_id, checked, present, wanted.reason)
    await audit.record(
        tx,
        "household.changed",
        f"household/{household_id}",
        {"fields": sorted(stated), "members": len(wanted.members)},
    )
    await _tell(tx, household_id, checked, present, wanted.reason)


async def _check_undecided(tx: Transaction, household: RowMapping) -> None:
    """What a case decides is changed in the case alone; taken over data without one are corrected by hand."""
    case_id = household["monitoring_case_id"] or await monitoring.open_case_of(tx, household["id"])
    if case_id is not None:
        raise MonitoringByCase(
            f"监测类别和风险消除由监测案件 {case_id} 认定，请在该案件中办理",
            f"Monitoring is decided by the case {case_id}: change it there",
        )


def _ended_on(today: date, former: date | None, checked: Mapping[UUID, RegistryRow]) -> date | None:
    """When the last one died or left; None while somebody lives there."""
    if any(row.status in LIVING for row in checked.values()):
        return None
    return former or max((row.died_on for row in checked.values() if row.died_on), default=today)


async def _tell(
    tx: Transaction,
    household_id: UUID,
    checked: Mapping[UUID, RegistryRow],
    present: Mapping[str, tuple[RowMapping, Particulars]],
    reason: str,
) -> None:
    """Who has died or left by this correction."""
    for person_id, row in checked.items():
        kind = GONE.get(row.status or "")
        former = present.get(str(person_id))
        if kind is not None and former is not None and former[0]["status"] == "living":
            day = row.died_on or tx.today
            await happened(tx, LifeEvent(kind, household_id, day, reason or CORRECTED, [person_id]))


def _opened(vault: Vault, rows: Sequence[RowMapping]) -> list[tuple[RowMapping, Particulars]]:
    return list(zip(rows, vault.open_many([(row["id"], row["sealed"]) for row in rows]), strict=True))


async def _check(
    tx: Transaction,
    stands_at: str,
    standing: Mapping[str, Any],
    wanted: Sequence[Mapping[str, Any]],
    present: Mapping[str, tuple[RowMapping, Particulars]],
) -> dict[UUID, RegistryRow]:
    """Every member as it will be, by person id; new ones have new ids."""
    check = await row_check(tx, stands_at=stands_at)
    records = Records(Sheet(IMPORT_COLUMNS))
    places = {str(member.get("person_id") or ""): place for place, member in enumerate(wanted)}
    values: list[tuple[UUID, int, dict[str, Any]]] = [
        (
            person["id"],
            places.get(key, 0),
            {**_as_values(person, particulars, wanted[places[key]] if key in places else {}), **standing},
        )
        for key, (person, particulars) in present.items()
    ]
    errors: list[FieldError] = []
    for place, member in enumerate(wanted):
        key = member.get("person_id")
        if key is None:
            values.append((new_id(), place, {**member, **standing}))
        elif str(key) not in present:
            errors.append(FieldError(f"/members/{place}/person_id", "member_unknown", "该户没有这名成员"))
    checked: dict[UUID, RegistryRow] = {}
    for person_id, place, record in values:
        found = check.check(records.row(place, record).values)
        if isinstance(found, RegistryRow):
            checked[person_id] = found
        else:
            errors += [field_error(place, error) for error in found]
    if errors:
        raise InvalidHousehold(errors=list({error.pointer: error for error in errors}.values()))
    _check_family(checked, present, places)
    return checked


def _check_family(
    checked: Mapping[UUID, RegistryRow],
    present: Mapping[str, tuple[RowMapping, Particulars]],
    places: Mapping[str, int],
) -> None:
    """Raises ``InvalidHousehold``."""
    former = {
        person["id"]: Relative(person["relationship"], particulars.born)
        for person, particulars in present.values()
        if person["status"] == "living"
    }
    now = {
        person_id: Relative(row.relationship, row.particulars.born)
        for person_id, row in checked.items()
        if row.status in LIVING
    }
    wrong_head, wrong = correction_errors(former, now)
    errors = [FieldError("/members", wrong_head.code, wrong_head.message)] if wrong_head else []
    for person_id, error in wrong.items():
        place = places.get(str(person_id))
        pointer = "/members" if place is None else f"/members/{place}/relationship"
        errors.append(FieldError(pointer, error.code, error.message))
    if errors:
        raise InvalidHousehold(errors=errors)


def _as_values(person: RowMapping, particulars: Particulars, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """A stored person as the values of a row, with what is ``wanted`` of them."""
    values = {**{name: person[name] for name in PERSON}, **_stated(particulars)}
    # What followed from the former number or state does not stand against the new one.
    if "id_number" in wanted:
        values |= {"sex": None, "birth_date": None}
    if "status" in wanted:
        values["died_on"] = None
    elif wanted.get("died_on"):
        values["status"] = None
    return {**values, **wanted}


def plain_values(row: RegistryRow, fields: Iterable[str]) -> dict[str, Any]:
    """What a row says of these fields as the registry keeps it: texts are empty where it says nothing."""
    return {
        name: "" if (value := getattr(row, name)) is None and name not in NULLABLE else value
        for name in fields
    }


def _stated(particulars: Particulars) -> dict[str, Any]:
    return {
        "name": particulars.name,
        "id_number": particulars.id_number,
        "phone": particulars.phone,
        "birth_date": particulars.birth_date,
        "address": particulars.address,
    }


async def _store(
    tx: Transaction,
    vault: Vault,
    household_id: UUID,
    checked: Mapping[UUID, RegistryRow],
    present: Mapping[str, tuple[RowMapping, Particulars]],
    reason: str,
) -> None:
    """Write the members that differ from what stands there."""
    indexes = vault.index_many([row.particulars for row in checked.values()])
    for (person_id, row), index in zip(checked.items(), indexes, strict=True):
        plain = {
            **plain_values(row, PERSON),
            "region_code": row.region_code,
            "status": row.status or "living",
        }
        former = present.get(str(person_id))
        same_content = former is not None and former[1] == row.particulars
        if same_content and former is not None and all(former[0][name] == plain[name] for name in plain):
            continue
        values: dict[str, Any] = dict(plain)
        if not same_content:
            holder = await repository.holder_of(tx, index.id_index) if index.id_index else None
            if holder not in (None, person_id):
                raise id_number_held()
            (sealed,) = vault.seal_many([(person_id, row.particulars)])
            values |= {"sealed": sealed, **asdict(index)}
        with known_elsewhere():
            if former is None:
                await repository.add_person(
                    tx, {"id": person_id, "household_id": household_id, **values}, reason
                )
            else:
                await repository.change_person(tx, person_id, values, reason)
