"""Making tasks of compared warnings, and sending them to the townships."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID

import msgspec

from services.warning_api.counting import service as counting
from services.warning_api.counting.rules import UNREGISTERED, Standing
from services.warning_api.dispatch import repository
from services.warning_api.dispatch.errors import NothingToDispatch, RegionNotUsable, TaskNotFound
from services.warning_api.dispatch.rules import Clue, Placed, subject_name, township_of
from services.warning_api.dispatch.schemas import DispatchIn
from services.warning_api.filing.rules import origin_of
from services.warning_api.filing.staging import PersonalData
from services.warning_api.intake.progress import advance_batches_of
from shared import audit
from shared.contracts.events import TASK_DISPATCHED, WARNING_CLOSED
from shared.db import Transaction
from shared.db.identifiers import new_row_ids
from shared.identifiers.regions import region_range
from shared.outbox import Event, emit
from shared.parameters import parameter
from shared.regions import regions_of
from shared.sealing import Sealer


class TaskSubject(msgspec.Struct, omit_defaults=True):
    """Whom to visit; sealed with the task."""

    name: str
    id_number: str | None = None
    phone: str | None = None


_STANDING = itemgetter("region_code", "household_type", "due_on", "dispatched_at")

_encode = msgspec.json.Encoder().encode
decode_subject = msgspec.json.Decoder(TaskSubject).decode


def keyed(sealer: Sealer, county: str, clues: Sequence[Clue]) -> list[tuple[bytes, Clue]]:
    """Clues for ``place``, each with the key of its subject."""
    keys = sealer.mac_many(county, [subject_name(clue) for clue in clues])
    return list(zip(keys, clues, strict=True))


async def place(
    tx: Transaction, cycle: str, clues: Sequence[tuple[bytes, Clue]], *, due_on: date | None = None
) -> dict[UUID, Placed]:
    """Make tasks for compared warnings (``keyed``): one per household and cycle, with all its clues. By warning, where
    it goes; that the caller writes with the result of the comparison, so that a warning is written once.

    An open task takes the new clue and its township is told; after the verification a follow-up opens.
    Tasks are dispatched at once unless the county reviews; one without a township waits for the county to
    assign it, by a due date. ``due_on``: until when there is time for what is not urgent, else the county's number
    of days. Callers hold the lock of the month (month.py).
    """
    placed: dict[UUID, Placed] = {}
    if not (await parameter(tx, "dispatch_below_threshold")).value:
        undispatched = [clue for _, clue in clues if clue.below_threshold]
        clues = [(key, clue) for key, clue in clues if not clue.below_threshold]
        placed = {c.warning_id: Placed(None, c.region_code, "closed") for c in undispatched}
        await _tell_undispatched(tx, cycle, undispatched)
    if not clues:
        return placed
    existing = await repository.latest_tasks(tx, cycle, list({key for key, _ in clues}))
    first_clue: dict[bytes, Clue] = {}
    urgent: dict[bytes, bool] = {}
    origins: dict[bytes, dict[str, None]] = {}
    for key, clue in clues:
        first_clue.setdefault(key, clue)
        urgent[key] = urgent.get(key, False) or clue.urgent
        origins.setdefault(key, {})[origin_of(clue.org_code)] = None
    to_make = [key for key in first_clue if not (key in existing and existing[key]["open"])]
    told = {key: ",".join(ways) for key, ways in origins.items()}
    made = await _make(tx, cycle, to_make, first_clue, urgent, existing, told, due_on)
    joined = [(existing[key]["id"], urgent[key], told[key]) for key in first_clue if key not in made]
    normal, soon = [
        tx.today + timedelta(days=(await parameter(tx, name)).value)
        for name in ("verification_days", "urgent_verification_days")
    ]
    sooner = [
        existing[key]["id"]
        for key in first_clue
        if key not in made and existing[key]["due_on"] > (soon if urgent[key] else due_on or normal)
    ]
    await counting.touch(tx, cycle, tasks=sooner)
    taken = await repository.join_clues(tx, cycle, soon, due_on or normal, joined)
    touched = {task["id"]: task for task in taken}
    by_key = {**made, **{key: touched[existing[key]["id"]] for key in first_clue if key not in made}}
    await tell_townships(tx, cycle, list(by_key.values()))
    places = {
        key: Placed(
            task["id"],
            task["region_code"],
            "dispatched" if task["dispatched_at"] else "compared",
            task["due_on"],
            task["received_at"] is not None,
        )
        for key, task in by_key.items()
    }
    return placed | {clue.warning_id: places[key] for key, clue in clues}


async def _tell_undispatched(tx: Transaction, cycle: str, clues: Sequence[Clue]) -> None:
    """Where the county does not have warnings below their threshold checked, they end here."""
    await emit(
        tx,
        WARNING_CLOSED,
        [closed_event(cycle, clue.warning_id, clue.org_code, None, None, 1) for clue in clues],
    )


def closed_event(
    cycle: str, warning: UUID, org: str, outcome: str | None, task: UUID | None, sequence: int
) -> Event:
    """``WARNING_CLOSED``. A warning that closes again was returned, verified and accepted since, so that the
    version of its task serves as the sequence."""
    data = {"warning_id": warning, "task_id": task, "cycle": cycle, "org_code": org, "outcome": outcome}
    return Event(f"warning/{warning}", sequence, data)


async def _make(
    tx: Transaction,
    cycle: str,
    keys: Sequence[bytes],
    first_clue: dict[bytes, Clue],
    urgent: dict[bytes, bool],
    existing: dict[bytes, Any],
    origins: dict[bytes, str],
    due_on: date | None,
) -> dict[bytes, dict[str, Any]]:
    """New tasks, by subject key."""
    review = (await parameter(tx, "review_dispatch")).value
    days = {
        name: (await parameter(tx, name)).value
        for name in ("verification_days", "urgent_verification_days", "assignment_days")
    }
    ids = new_row_ids(len(keys))
    persons = [first_clue[key].person for key in keys]
    sealed = sealed_subjects(await tx.sealer(), tx.county, list(zip(ids, persons, strict=True)))
    made: dict[bytes, dict[str, Any]] = {}
    for key, id_, blob in zip(keys, ids, sealed, strict=True):
        clue = first_clue[key]
        township = township_of(clue.region_code)
        kind = "assignment_days" if township is None else "urgent_" * urgent[key] + "verification_days"
        given = due_on if kind == "verification_days" else None
        made[key] = {
            "id": id_,
            "subject_key": key,
            "follow_up": existing[key]["follow_up"] + 1 if key in existing else 0,
            "township_code": township,
            "region_code": clue.region_code,
            "household_id": clue.household_id,
            "person_id": clue.person_id,
            "household_type": clue.household_type,
            "sealed": blob,
            "origins": origins[key],
            "urgent": urgent[key],
            "dispatched_at": None if review or township is None else tx.now,
            "due_on": given or tx.today + timedelta(days=days[kind]),
            "received_at": None,
            "version": 1,
        }
    await repository.add_tasks(tx, cycle, list(made.values()))
    await counting.add(tx, cycle, _counted(made.values()))
    return made


def _counted(made: Iterable[Mapping[str, Any]]) -> Counter[Standing]:
    """What new tasks count for. Counted as plain tuples first: there are few, each of many tasks."""
    counts: Counter[Standing] = Counter()
    for (region, kind, due_on, dispatched_at), number in Counter(map(_STANDING, made)).items():
        dispatched = int(dispatched_at is not None)
        counts[Standing("task", region, "", "", kind or UNREGISTERED, due_on, 1, dispatched)] += number
    return counts


def sealed_subjects(sealer: Sealer, county: str, tasks: Sequence[tuple[UUID, PersonalData]]) -> list[bytes]:
    """Whom to visit, sealed for each task, given as (task id, person)."""
    return sealer.seal_many(
        "verification_task",
        "sealed",
        county,
        [(id_.bytes, _encode(TaskSubject(p.name, p.id_number, p.phone))) for id_, p in tasks],
    )


async def dispatch(tx: Transaction, order: DispatchIn) -> dict[str, Any]:
    """Dispatch what waits for review, or assign a region to tasks that have none.

    With ``task_ids`` the region is theirs from now on; without, ``region_code`` chooses which tasks go.
    """
    named = order.named_tasks()
    region = order.region_code
    if region is not None and region not in await regions_of(tx):
        raise RegionNotUsable()
    if named is not None:
        rows = await repository.waiting(tx, order.cycle, named, None)
        if len(rows) < len(set(named)):
            raise TaskNotFound("未找到该任务，或已经派发", "No such task, or it has been dispatched already")
    else:
        rows = await repository.waiting(tx, order.cycle, None, region_range(region) if region else None)
    places = [(row, region if named is not None and region else row["region_code"]) for row in rows]
    sendable = [(row, place) for row, place in places if township_of(place) is not None]
    if named is not None and len(sendable) < len(places):
        raise RegionNotUsable()
    if not sendable:
        raise NothingToDispatch()
    normal = timedelta(days=(await parameter(tx, "verification_days")).value)
    urgent = timedelta(days=(await parameter(tx, "urgent_verification_days")).value)
    tasks, warnings = await repository.dispatch(
        tx,
        order.cycle,
        [(row["id"], place, tx.today + (urgent if row["urgent"] else normal)) for row, place in sendable],
    )
    await advance_batches_of(tx, order.cycle, warnings)
    await tell_townships(tx, order.cycle, tasks)
    await audit.record(
        tx, "tasks.dispatched", f"cycle/{order.cycle}", {"region": region, "tasks": len(tasks)}
    )
    return {
        "cycle": order.cycle,
        "region_code": region,
        "dispatched": len(tasks),
        "task_ids": [t["id"] for t in tasks],
    }


async def tell_townships(tx: Transaction, cycle: str, tasks: Sequence[Any]) -> None:
    """Events for the townships whose tasks are new, have another clue or one that was corrected."""
    await emit(
        tx,
        TASK_DISPATCHED,
        [
            Event(
                f"task/{task['id']}",
                task["version"],
                {
                    "task_id": task["id"],
                    "cycle": cycle,
                    "township_code": task["township_code"],
                    "region_code": task["region_code"],
                    "due_on": task["due_on"],
                },
            )
            for task in tasks
            if task["dispatched_at"] is not None
        ],
    )
