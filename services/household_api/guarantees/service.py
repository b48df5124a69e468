"""Entering, acting on, crossing off and reopening what is not secured."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.guarantees import facts, repository
from services.household_api.guarantees.errors import EntryOpen, InvalidEntry, SamePerson, StepNotAllowed
from services.household_api.guarantees.facts import Facts
from services.household_api.guarantees.rules import CROSSED_OFF, KINDS, OF_PERSON, STEPS, is_overdue
from services.household_api.guarantees.schemas import CrossingOff, NewAction, NewEntry
from services.household_api.registry import service as registry
from services.household_api.registry.errors import HouseholdEnded
from services.household_api.registry.masking import View
from services.household_api.registry.particulars import Particulars, vault_of
from shared import audit
from shared.clock.ages import age_on
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.db.narrowing import expect_many_rows
from shared.errors import FieldError, Forbidden, NotFound
from shared.identifiers.names import name_key
from shared.parameters import parameter
from shared.regions import regions_of
from shared.runtime.preconditions import IfMatch
from shared.sealing.texts import open_documents, open_texts, seal, seal_document

ACCEPT = "cases:approve"


async def list_entries(
    tx: Transaction, filters: repository.Filters, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """``limit + 1`` entries as ``schemas.EntryInList``."""
    return await _shown(tx, await repository.entries(tx, filters, after, limit))


async def describe(tx: Transaction, entry_id: UUID) -> dict[str, Any]:
    """An entry with its steps, as ``schemas.Entry``."""
    row = await repository.entry(tx, entry_id)
    if row is None:
        raise NotFound()
    (shown,) = await _shown(tx, [row])
    steps = await repository.steps(tx, entry_id)
    notes = await open_texts(tx, "guarantee_step", "note", [(entry_id, step["note"]) for step in steps])
    return {
        **shown,
        "allowed": list(STEPS[row["state"]]),
        "history": [{**step, "note": note} for step, note in zip(steps, notes, strict=True)],
    }


async def _shown(tx: Transaction, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    vault = await vault_of(tx)
    persons = [(row["shown_id"], row["sealed"]) for row in rows if row["sealed"] is not None]
    opened = iter(vault.open_many(persons))
    subjects = await open_documents(
        tx, "guarantee_entry", "subject", [(row["id"], row["subject"]) for row in rows]
    )
    view = View(tx, in_full=False)
    found = []
    for row, subject in zip(rows, subjects, strict=True):
        person = next(opened) if row["sealed"] is not None else None
        if subject is not None:
            person = Particulars(subject["name"])
        found.append(
            {
                **{name: row[name] for name in ("id", "kind", "state", "region_code", "household_id")},
                **{name: row[name] for name in ("household_no", "person_id", "org_code", "opened_on")},
                **{name: row[name] for name in ("due_on", "reopened", "crossed_off_on", "version")},
                "name": None if person is None else view.name(person),
                "address": subject["address"] if subject else None,
                "overdue": is_overdue(row["state"], row["due_on"], tx.today),
            }
        )
    return found


async def enter(tx: Transaction, wanted: NewEntry) -> UUID:
    """Enter by hand what is not secured; what was crossed off is opened again.

    Raises ``NotFound``, ``InvalidEntry``, ``EntryOpen``, ``HouseholdEnded``.
    """
    household_id, region = await _place(tx, wanted)
    await repository.take_turns(tx)
    index = await _subject_index(tx, wanted, region) if household_id is None else None
    former = await repository.same_entry(tx, wanted.kind, household_id, wanted.person_id, index)
    due_on = await _due(tx)
    if former is not None:
        if former["state"] != CROSSED_OFF:
            raise EntryOpen(members={"entry_id": str(former["id"])})
        await _reopen(tx, former, wanted.note, due_on)
        return UUID(str(former["id"]))
    entry_id = new_id()
    departments = (await parameter(tx, "guarantee_departments")).value
    values = {
        "id": entry_id,
        "region_code": region,
        "kind": wanted.kind,
        "household_id": household_id,
        "person_id": wanted.person_id,
        "subject": None if household_id else await _sealed_subject(tx, entry_id, wanted),
        "subject_index": index,
        "org_code": departments[wanted.kind],
        "due_on": due_on,
    }
    await repository.add_entry(tx, values)
    await repository.add_step(tx, values, 1, "opened", tx.today, await _note(tx, entry_id, wanted.note))
    await audit.record(tx, "guarantee.opened", f"guarantee/{entry_id}", {"kind": wanted.kind})
    return entry_id


async def _place(tx: Transaction, wanted: NewEntry) -> tuple[UUID | None, str]:
    """The household, if the registry knows it, and the region."""
    if wanted.kind in OF_PERSON and wanted.person_id is None and wanted.household_id is not None:
        raise _invalid(
            "/person_id", "person_required", f"{KINDS[wanted.kind]}台账按人登记，请指明成员 person_id"
        )
    if wanted.kind not in OF_PERSON and wanted.person_id is not None:
        raise _invalid(
            "/person_id", "household_expected", f"{KINDS[wanted.kind]}台账按户登记，请只写 household_id"
        )
    if wanted.person_id is not None:
        household_id = wanted.household_id or await registry.household_of(tx, wanted.person_id)
        if household_id is None:
            raise NotFound()
        region = (await _home(tx, household_id))["region_code"]
        if not await repository.is_member(tx, wanted.person_id, household_id):
            raise _invalid("/person_id", "not_a_member", "此人不是该户健在的成员，请核对")
        return household_id, region
    if wanted.household_id is not None:
        return wanted.household_id, (await _home(tx, wanted.household_id))["region_code"]
    if wanted.region_code is None or not wanted.name:
        raise _invalid(
            "/household_id", "subject_missing", "请写 household_id，或未登记者的 region_code 和 name"
        )
    if wanted.region_code not in await regions_of(tx) or not tx.reach.covers(wanted.region_code):
        raise _invalid("/region_code", "region_unknown", "本辖区没有这个村或乡镇的代码，请对照区划代码表改正")
    return None, wanted.region_code


async def _home(tx: Transaction, household_id: UUID) -> RowMapping:
    """The household, locked: it does not move before the entry stands, and then takes it along."""
    household = await registry.household_now(tx, household_id, lock=True)
    if household is None:
        raise NotFound()
    if household["ended_on"] is not None:
        raise HouseholdEnded()
    return household


def _invalid(pointer: str, code: str, message: str) -> InvalidEntry:
    return InvalidEntry(errors=[FieldError(pointer, code, message)])


async def _subject_index(tx: Transaction, wanted: NewEntry, region: str) -> bytes:
    """By it the same name at the same address is found again."""
    told = f"guarantee:{region}:{name_key(wanted.name or '')}:{wanted.address or ''}".encode()
    (index,) = (await tx.sealer()).mac_many(tx.county, [told])
    return index


async def _sealed_subject(tx: Transaction, entry_id: UUID, wanted: NewEntry) -> bytes | None:
    told = {"name": wanted.name, "address": wanted.address}
    return await seal_document(tx, "guarantee_entry", "subject", entry_id, told)


async def _note(tx: Transaction, entry_id: UUID, text: str) -> bytes | None:
    return await seal(tx, "guarantee_step", "note", entry_id, text)


async def _due(tx: Transaction) -> date:
    return tx.today + timedelta(days=(await parameter(tx, "guarantee_days")).value)


async def _reopen(tx: Transaction, row: RowMapping, note: str, due_on: date) -> None:
    changes = {"state": "open", "settled": False, "reopened": row["reopened"] + 1, "opened_on": tx.today}
    await repository.change(
        tx, row["id"], {**changes, "due_on": due_on, "acted_by": "", "crossed_off_on": None}
    )
    await repository.add_step(
        tx, row, row["version"] + 1, "reopening", tx.today, await _note(tx, row["id"], note)
    )
    await audit.record(tx, "guarantee.reopened", f"guarantee/{row['id']}", {"kind": row["kind"]})


async def act(tx: Transaction, entry_id: UUID, wanted: NewAction) -> None:
    """Note what was done. Raises ``NotFound``, ``InvalidEntry``, ``StepNotAllowed``."""
    row = await _step(tx, entry_id, "action")
    _check_day(tx, row, wanted.done_on)
    await repository.change(tx, entry_id, {"state": STEPS[row["state"]]["action"], "acted_by": str(tx.actor)})
    note = await _note(tx, entry_id, wanted.note)
    await repository.add_step(tx, row, row["version"] + 1, "action", wanted.done_on, note)
    await audit.record(tx, "guarantee.action", f"guarantee/{entry_id}", {"kind": row["kind"]})


async def cross_off(
    tx: Transaction, entry_id: UUID, wanted: CrossingOff, expected: IfMatch, scopes: frozenset[str]
) -> None:
    """Cross off what is solved (销号): the county does, nobody who has acted on it since it was opened.

    Raises ``Forbidden``, ``NotFound``, ``PreconditionFailed``, ``StepNotAllowed``, ``SamePerson``.
    """
    if ACCEPT not in scopes:
        raise Forbidden(f"销号由县级核实，需要权限 {ACCEPT}", f"needs scope {ACCEPT}")
    row = await _step(tx, entry_id, "crossing_off", expected)
    done_on = wanted.done_on or tx.today
    _check_day(tx, row, done_on)
    if str(tx.actor) in await repository.acted_by(tx, entry_id):
        raise SamePerson()
    holds = row["household_id"] is not None and await (await _facts(tx, row["household_id"])).holds(entry_id)
    state = STEPS[row["state"]]["crossing_off"]
    await repository.change(tx, entry_id, {"state": state, "settled": not holds, "crossed_off_on": done_on})
    note = await _note(tx, entry_id, wanted.evidence)
    await repository.add_step(tx, row, row["version"] + 1, "crossing_off", done_on, note)
    await audit.record(tx, "guarantee.crossed_off", f"guarantee/{entry_id}", {"kind": row["kind"]})


async def _step(tx: Transaction, entry_id: UUID, step: str, expected: IfMatch | None = None) -> RowMapping:
    """The entry, locked, if it can take this step."""
    row = await repository.locked(tx, entry_id)
    if row is None:
        raise NotFound()
    if expected is not None:
        expected.check(row["version"])
    if step not in STEPS[row["state"]]:
        right = {
            "open": "尚未登记处置，请先登记做了什么再销号",
            "acting": "正在处置",
            CROSSED_OFF: "已经销号；再次出现时请重新登记，原记录会重新打开",
        }[row["state"]]
        raise StepNotAllowed(right, f"from {row['state']}", members={"allowed": list(STEPS[row["state"]])})
    return row


def _check_day(tx: Transaction, row: RowMapping, done_on: date) -> None:
    if not row["opened_on"] <= done_on <= tx.today:
        raise _invalid("/done_on", "day_outside", f"应在登记日 {row['opened_on']} 与今天之间")


async def _facts(tx: Transaction, household_id: UUID | None = None) -> Facts:
    grades = (await parameter(tx, "dangerous_housing_grades")).value
    ages: Mapping[str, int] = (await parameter(tx, "compulsory_schooling_ages")).value
    rows = await facts.left_school(tx, household_id)
    persons = (await vault_of(tx)).open_many([(row["id"], row["sealed"]) for row in rows])
    out = [
        row["id"]
        for row, person in zip(rows, persons, strict=True)
        if person.born is not None and ages["from"] <= age_on(person.born, tx.today) <= ages["to"]
    ]
    return Facts(tx, grades, out, household_id)


async def refresh(tx: Transaction) -> dict[str, int]:
    """Bring the ledgers of what the call reaches up to the registry; as ``schemas.Refreshed``."""
    await repository.take_turns(tx)
    await expect_many_rows(tx)
    await facts.follow_registry(tx)
    known = await _facts(tx)
    settled = await known.settle()
    due_on = await _due(tx)
    again = await known.recurring()
    await facts.reopen(tx, again, due_on)
    new = await known.unknown()
    await facts.open_many(tx, new, (await parameter(tx, "guarantee_departments")).value, due_on)
    done = {"opened": len(new), "reopened": len(again), "settled": settled}
    if any(done.values()):
        await audit.record(tx, "guarantee.refreshed", "guarantees", done)
    return done


async def statistics(tx: Transaction, by: str, region: str | None) -> list[dict[str, Any]]:
    """Counts by ledger and department or township, as ``schemas.Count``."""
    names: Mapping[str, str] = (await parameter(tx, "departments")).value
    regions = await regions_of(tx)
    return [
        {**row, "name": names.get(row["key"], row["key"]) if by == "department" else regions.name(row["key"])}
        for row in await repository.counts(tx, by, region)
    ]


async def of_households(tx: Transaction, households: Sequence[UUID]) -> Sequence[RowMapping]:
    """The entries of many households, for other domains: ``kind, state, household_id, person_id``."""
    return await repository.of_households(tx, households)


async def households_moved(tx: Transaction, moved: Mapping[UUID, str]) -> None:
    """Entries go with their households, each to its new region."""
    await repository.move(tx, moved)


async def places_recoded(tx: Transaction, codes: Mapping[str, str]) -> None:
    """Entries of others than registered households go with their place."""
    await repository.move_places(tx, codes)
