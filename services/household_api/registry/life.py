"""The life of households: who leaves, joins, dies, moves. Persons keep their identity, states their history.

Each is one transaction over all that it touches. A township acts within its own region; what concerns two
townships is the county's (policy.md, Authorisation by region).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.household_api.registry import repository
from services.household_api.registry.cells import HOUSEHOLD_TYPES
from services.household_api.registry.errors import CountyDecides, HouseholdNoTaken
from services.household_api.registry.gathering import Gathered, Stated, gather
from services.household_api.registry.life_events import LifeEvent, happened
from services.household_api.registry.life_schemas import Departure, Merge, Move, Split
from services.household_api.registry.places import moved
from services.household_api.registry.rules import RowError
from services.household_api.registry.service import new_household_no
from services.household_api.registry.uniqueness import known_elsewhere
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.identifiers.regions import InvalidRegionCode, normalise_region_code
from shared.regions import regions_of
from shared.runtime.preconditions import IfMatch
from shared.tables.words import HOUSEHOLD_TYPE


async def split(tx: Transaction, household_id: UUID, wanted: Split, expected: IfMatch) -> UUID:
    """Members form a household of their own; answers its id.

    Raises ``NotFound``, ``InvalidLifeEvent``, ``HouseholdNoTaken``, ``CountyDecides``.
    """
    await repository.lock_registry(tx)
    origin = await gather(tx, household_id, expected)
    stated = Stated()
    check_day(stated, wanted.happened_on, tx.today)
    leaving = stated.read("members", wanted.members, origin.living)
    staying = {key: relation for key, relation in origin.living.items() if key not in leaving}
    if staying:
        staying |= stated.read("remaining", wanted.remaining, staying)
        stated.check_family("remaining", staying, origin.born, origin.living)
    else:
        stated.refuse(
            "/members",
            RowError("members", "nobody_stays", "全户都迁出不是分户，请至少留下一人，或办理迁移（moves）"),
        )
    stated.check_family("members", leaving, origin.born, origin.living)
    check_all_born(stated, wanted.happened_on, leaving, origin.born)
    region = origin.region
    if wanted.region_code is not None:
        region = await village(tx, stated, wanted.region_code)
    household_type = str(HOUSEHOLD_TYPE.code(wanted.household_type or origin.household["household_type"]))
    if household_type not in HOUSEHOLD_TYPES:
        message = "不认识的户类型，请用规定的词或代码"
        stated.refuse("/household_type", RowError("household_type", "household_type_unknown", message))
    stated.done()
    household_no = wanted.household_no or new_household_no()
    if await repository.household_no_taken(tx, household_no):
        raise HouseholdNoTaken()
    new_household = new_id()
    event = LifeEvent(
        "split",
        household_id,
        wanted.happened_on,
        wanted.reason,
        person_ids=list(leaving),
        other_household_id=new_household,
    )
    household = {
        "id": new_household,
        "household_no": household_no,
        "region_code": region,
        "household_type": household_type,
    }
    with known_elsewhere():
        await repository.add_household(tx, household, event.story)
    for person_id, relation in leaving.items():
        changes = {"household_id": new_household, "region_code": region, "relationship": relation}
        await repository.change_person(tx, person_id, changes, event.story)
    await restate(tx, origin, staying, event.story)
    await conclude(tx, origin, event)
    return new_household


async def merge_households(tx: Transaction, household_id: UUID, wanted: Merge, expected: IfMatch) -> None:
    """Another household's living members join this one. Raises ``NotFound``, ``InvalidLifeEvent``."""
    await repository.lock_registry(tx)
    home = await gather(tx, household_id, expected)
    stated = Stated()
    if wanted.other_household_id == household_id:
        message = "一户不能与自己合并，请填另一户的编号"
        stated.refuse("/other_household_id", RowError("other_household_id", "same_household", message))
        stated.done()
    other = await gather(tx, wanted.other_household_id)
    check_day(stated, wanted.happened_on, tx.today)
    joining = stated.read("members", wanted.members, other.living)
    if other.living.keys() - joining.keys() and not stated.errors:
        message = "另一户还有健在的成员没有写明与户主的关系，请一并列出"
        stated.refuse("/members", RowError("members", "member_missing", message))
    born = {**home.born, **other.born}
    stated.check_family("members", home.living | joining, born, home.living)
    check_all_born(stated, wanted.happened_on, joining, born)
    stated.done()
    event = LifeEvent(
        "merged",
        household_id,
        wanted.happened_on,
        wanted.reason,
        person_ids=list(joining),
        other_household_id=other.id,
    )
    for person_id, relation in joining.items():
        changes = {"household_id": household_id, "region_code": home.region, "relationship": relation}
        await repository.change_person(tx, person_id, changes, event.story)
    await repository.change_household(tx, other.id, {"ended_on": wanted.happened_on}, event.story)
    await conclude(tx, home, event)


async def depart(
    tx: Transaction, household_id: UUID, person_id: UUID, wanted: Departure, expected: IfMatch
) -> None:
    """A member dies, marries out or moves away. Raises ``NotFound``, ``InvalidLifeEvent``."""
    await repository.lock_registry(tx)
    home = await gather(tx, household_id, expected)
    stated = Stated()
    check_day(stated, wanted.happened_on, tx.today)
    if person_id not in home.living:
        message = "该户没有这名健在的成员，请核对成员编号"
        stated.refuse("/person_id", RowError("person_id", "member_unknown", message))
        stated.done()
    born = home.born[person_id]
    if born is not None and wanted.happened_on < born:
        code = "death_before_birth" if wanted.kind == "death" else "departure_before_birth"
        message = f"日期早于此人的出生日期 {born}，请核对"
        stated.refuse("/happened_on", RowError("happened_on", code, message))
    staying = {key: relation for key, relation in home.living.items() if key != person_id}
    if staying:
        staying |= stated.read("remaining", wanted.remaining, staying)
        stated.check_family("remaining", staying, home.born, home.living)
    stated.done()
    died = wanted.kind == "death"
    event = LifeEvent(
        "died" if died else "left",
        household_id,
        wanted.happened_on,
        wanted.reason,
        person_ids=[person_id],
        ended=not staying,
    )
    changes: dict[str, Any] = {"status": "deceased" if died else "moved"}
    if died:
        changes["died_on"] = wanted.happened_on
    await repository.change_person(tx, person_id, changes, event.story)
    await restate(tx, home, staying, event.story)
    await conclude(tx, home, event)


async def move(tx: Transaction, household_id: UUID, wanted: Move, expected: IfMatch) -> None:
    """The whole household moves: within the county its place changes, to another one it ends here.

    Raises ``NotFound``, ``InvalidLifeEvent``, ``CountyDecides``.
    """
    await repository.lock_registry(tx)
    home = await gather(tx, household_id, expected)
    stated = Stated()
    check_day(stated, wanted.happened_on, tx.today)
    check_all_born(stated, wanted.happened_on, home.living, home.born)
    if (wanted.region_code is None) == (wanted.to_county is None):
        message = "请填 region_code（迁往本县他村）或 to_county（迁往外县）之一"
        stated.refuse("/region_code", RowError("region_code", "one_place_needed", message))
        stated.done()
    if wanted.to_county is not None:
        county = _other_county(tx, stated, wanted.to_county)
        stated.done()
        event = LifeEvent(
            "moved_county",
            household_id,
            wanted.happened_on,
            wanted.reason,
            person_ids=list(home.living),
            ended=True,
            place=county,
        )
        for person_id in home.living:
            await repository.change_person(tx, person_id, {"status": "moved"}, event.story)
        await conclude(tx, home, event)
        return
    region = await village(tx, stated, wanted.region_code or "")
    if region == home.region:
        message = "该户已在这个村，请核对迁往的村代码"
        stated.refuse("/region_code", RowError("region_code", "same_region", message))
    stated.done()
    event = LifeEvent("moved_village", household_id, wanted.happened_on, wanted.reason)
    for person_id in home.members:
        await repository.change_person(tx, person_id, {"region_code": region}, event.story)
    await conclude(tx, home, event, {"region_code": region})
    await moved(tx, {household_id: region})


def check_day(stated: Stated, day: date, today: date) -> None:
    if day > today:
        message = "发生日期不能晚于今天，请在发生之后办理"
        stated.refuse("/happened_on", RowError("happened_on", "happened_in_future", message))


def check_all_born(
    stated: Stated, day: date, taking_part: Iterable[UUID], born: Mapping[UUID, date | None]
) -> None:
    """Nobody takes part in what happened before they were born."""
    youngest = max((on for key in taking_part if (on := born.get(key)) is not None), default=day)
    if day < youngest:
        message = f"日期早于其中一名成员的出生日期 {youngest}，请核对"
        stated.refuse("/happened_on", RowError("happened_on", "happened_before_birth", message))


async def village(tx: Transaction, stated: Stated, text: str) -> str:
    """A township or village of this county. Raises ``CountyDecides`` for one of another township."""
    try:
        code = normalise_region_code(text)
    except InvalidRegionCode as error:
        stated.refuse("/region_code", RowError("region_code", error.code, error.message))
        return ""
    if not code.startswith(str(tx.county)):
        message = "这是外县的村；迁往外县请改填 to_county，分户到外县请办理成员迁出"
        stated.refuse("/region_code", RowError("region_code", "region_other_county", message))
    elif len(code) < 9 or code not in await regions_of(tx):
        message = "本县没有这个村或乡镇的代码，请对照区划代码表改正"
        stated.refuse("/region_code", RowError("region_code", "region_unknown", message))
    elif not tx.reach.covers(code):
        raise CountyDecides()
    return code


def _other_county(tx: Transaction, stated: Stated, text: str) -> str:
    """The code of a county that is not this one."""
    try:
        code = normalise_region_code(text)
    except InvalidRegionCode as error:
        stated.refuse("/to_county", RowError("to_county", error.code, error.message))
        return ""
    if len(code) < 6 or code[:6] == tx.county:
        message = "这里应填外县的6位代码；迁往本县他村请改填 region_code"
        stated.refuse("/to_county", RowError("to_county", "region_own_county", message))
    return code[:6]


async def restate(tx: Transaction, home: Gathered, relations: Mapping[UUID, str], story: str) -> None:
    """Note the relations that have changed."""
    for person_id, relation in relations.items():
        if relation != home.living[person_id]:
            await repository.change_person(tx, person_id, {"relationship": relation}, story)


async def conclude(
    tx: Transaction, home: Gathered, event: LifeEvent, changes: Mapping[str, Any] | None = None
) -> None:
    """The household's next version, which ends it where nobody is left; the audit; those who must know."""
    ending: dict[str, Any] = {"ended_on": event.happened_on} if event.ended else {}
    await repository.change_household(tx, home.id, {**(changes or {}), **ending}, event.story)
    await audit.record(tx, f"household.{event.kind}", f"household/{home.id}", _told(event))
    await happened(tx, event)


def _told(event: LifeEvent) -> dict[str, Any]:
    ids: Iterable[UUID] = event.person_ids
    return {
        "persons": [str(person_id) for person_id in ids],
        "other_household": str(event.other_household_id) if event.other_household_id else None,
        "happened_on": event.happened_on.isoformat(),
        "to_county": event.place or None,
    }
