"""Somebody joins a household: born, married in, adopted, come back. Whoever is known here stays who they are."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from services.household_api.registry import repository
from services.household_api.registry.changes import plain_values
from services.household_api.registry.checking import row_check
from services.household_api.registry.errors import MembersConflict
from services.household_api.registry.fields import CONDITIONS, PERSON, STANDING
from services.household_api.registry.gathering import Gathered, Stated, gather
from services.household_api.registry.life import check_day, conclude
from services.household_api.registry.life_events import LifeEvent
from services.household_api.registry.life_schemas import Join
from services.household_api.registry.particulars import vault_of
from services.household_api.registry.rules import RegistryRow, RowError
from services.household_api.registry.uniqueness import known_elsewhere
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import FieldError, NotFound
from shared.runtime.preconditions import IfMatch
from shared.tables.columns import Sheet
from shared.tables.rows import Records
from shared.tables.words import IMPORT_COLUMNS


async def join(tx: Transaction, household_id: UUID, wanted: Join, expected: IfMatch) -> None:
    """Add a member. Raises ``NotFound``, ``InvalidLifeEvent``, ``MembersConflict``."""
    await repository.lock_registry(tx)
    home = await gather(tx, household_id, expected)
    stated = Stated()
    check_day(stated, wanted.happened_on, tx.today)
    if (wanted.member is None) == (wanted.person_id is None):
        message = "请填 member（登记簿中没有的人）或 person_id（本县另一户的人）之一"
        stated.refuse("/member", RowError("member", "one_person_needed", message))
    elif wanted.kind == "birth" and wanted.member is None:
        message = "新出生的人登记簿中还没有，请填 member"
        stated.refuse("/member", RowError("member", "member_missing", message))
    stated.done()
    if wanted.person_id is not None:
        await _come_over(tx, home, stated, wanted, wanted.person_id)
    else:
        await _come_new(tx, home, stated, wanted)


async def _come_over(tx: Transaction, home: Gathered, stated: Stated, wanted: Join, person_id: UUID) -> None:
    """Somebody whom the registry knows in another household."""
    former_household = await repository.household_of(tx, person_id)
    if former_household is None:
        raise NotFound()
    if former_household == home.id and home.members[person_id]["status"] == "living":
        message = "此人已在本户，不必再新增"
        stated.refuse("/person_id", RowError("person_id", "member_already", message))
        stated.done()
    origin = home if former_household == home.id else await _origin(tx, former_household)
    if origin.members[person_id]["status"] == "deceased":
        message = "此人登记为已死亡，请核对；登记有误的请先更正"
        stated.refuse("/person_id", RowError("person_id", "member_deceased", message))
    relation = stated.relation("/relationship", wanted.relationship or "")
    if not relation and not stated.errors:
        message = "请写明与户主的关系"
        stated.refuse("/relationship", RowError("relationship", "relationship_missing", message))
    staying = {key: former for key, former in origin.living.items() if key != person_id}
    if origin is not home and staying:
        stated.check_family("person_id", staying, origin.born, origin.living)
    born = {**home.born, person_id: origin.born[person_id]}
    stated.check_family("relationship", home.living | {person_id: relation}, born, home.living)
    stated.done()
    event = _event(home, wanted, person_id, None if origin is home else origin.id)
    changes = {"household_id": home.id, "region_code": home.region, "relationship": relation}
    await repository.change_person(tx, person_id, {**changes, "status": "living"}, event.story)
    if origin is not home:
        ending: dict[str, Any] = {}
        if origin.household["ended_on"] is None and not staying:
            ending["ended_on"] = wanted.happened_on
        await repository.change_household(tx, origin.id, ending, event.story)
    await conclude(tx, home, event)


async def _origin(tx: Transaction, household_id: UUID) -> Gathered:
    """The household that somebody comes from; it may have ended with everybody moving away."""
    return await gather(tx, household_id, ended_too=True)


async def _come_new(tx: Transaction, home: Gathered, stated: Stated, wanted: Join) -> None:
    """Somebody new to the registry, read like a row of a table."""
    standing = {name: home.household[name] for name in ("household_no", *STANDING, *CONDITIONS)}
    values = {**(wanted.member or {}), **standing}
    if wanted.relationship is not None:
        values["relationship"] = wanted.relationship
    row = (await row_check(tx, stands_at=home.region)).check(
        Records(Sheet(IMPORT_COLUMNS)).row(0, values).values
    )
    if not isinstance(row, RegistryRow):
        for error in row:
            stated.refuse(f"/member/{error.field}", error)
        stated.done()
        return
    if row.status not in (None, "living"):
        message = "新增的成员应健在；已死亡或迁出的不必新增"
        stated.refuse("/member/status", RowError("status", "member_not_living", message))
    _check_birth(stated, wanted, row)
    person_id = new_id()
    stated.check_family(
        "member/relationship",
        home.living | {person_id: row.relationship},
        {**home.born, person_id: row.particulars.born},
        home.living,
    )
    stated.done()
    event = _event(home, wanted, person_id, None)
    vault = await vault_of(tx)
    (index,) = vault.index_many([row.particulars])
    (sealed,) = vault.seal_many([(person_id, row.particulars)])
    taken = MembersConflict(
        errors=[
            FieldError(
                "/member/id_number",
                "id_number_taken",
                "证件号码已登记在另一人名下：请改填 person_id 把此人从原户转来；在外乡镇的由县级办理",
            )
        ]
    )
    if index.id_index and await repository.holder_of(tx, index.id_index):
        raise taken
    member = {
        **plain_values(row, PERSON),
        **asdict(index),
        "id": person_id,
        "household_id": home.id,
        "region_code": home.region,
        "status": "living",
        "sealed": sealed,
    }
    with known_elsewhere(taken):
        await repository.add_person(tx, member, event.story)
    await conclude(tx, home, event)


def _check_birth(stated: Stated, wanted: Join, row: RegistryRow) -> None:
    born = row.particulars.born
    if wanted.kind == "birth" and born is None:
        message = "新出生的成员须填出生日期或证件号码"
        stated.refuse("/member/birth_date", RowError("birth_date", "birth_date_missing", message))
    elif wanted.kind == "birth" and born != wanted.happened_on:
        message = f"发生日期应为出生日期 {born}，请核对"
        stated.refuse("/happened_on", RowError("happened_on", "birth_date_differs", message))
    elif born is not None and wanted.happened_on < born:
        message = f"日期早于此人的出生日期 {born}，请核对"
        stated.refuse("/happened_on", RowError("happened_on", "joined_before_birth", message))


def _event(home: Gathered, wanted: Join, person_id: UUID, origin: UUID | None) -> LifeEvent:
    return LifeEvent(
        "joined",
        home.id,
        wanted.happened_on,
        wanted.reason,
        person_ids=[person_id],
        other_household_id=origin,
    )
