"""Writing the visits that are taken, by the thousand."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import orjson

from services.warning_api.verification import cited, repository
from services.warning_api.verification.answers import AnsweredTask
from services.warning_api.verification.corrections import comparable
from services.warning_api.verification.rules import TaskFacts
from services.warning_api.verification.schemas import VerificationItem
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_row_ids
from shared.runtime.beside import beside
from shared.sealing import Sealer

#: What of an answer is sealed together.
SEALED = ("verifiers", "note", "address", "attachments")


@dataclass(frozen=True, slots=True)
class Taken:
    """Items that are taken, by their tasks in the order of the request, and the tasks as they are answered now.

    ``corrected``: the tasks of which an answer is replaced.
    """

    items: Mapping[UUID, VerificationItem]
    facts: Mapping[UUID, TaskFacts]
    corrected: Collection[UUID]
    answered: Mapping[UUID, AnsweredTask]


@dataclass(frozen=True, slots=True)
class _Prepared:
    """Visits on their way to the database."""

    columns: Sequence[str]
    sealed: Sequence[bytes]
    attachments: Mapping[UUID, Sequence[UUID]]
    audited: Mapping[str, audit.Written]


def taken(
    items: Mapping[UUID, VerificationItem], facts: Mapping[UUID, TaskFacts], corrected: Collection[UUID]
) -> Taken:
    answered = {}
    for id_, (task_id, item) in zip(new_row_ids(len(items)), items.items(), strict=True):
        row = facts[task_id].row
        answered[task_id] = AnsweredTask(
            task_id,
            row["cycle"],
            row["region_code"],
            row["household_id"],
            row["person_id"],
            comparable(item) | {"id": id_},
        )
    return Taken(items, facts, corrected, answered)


@asynccontextmanager
async def kept(tx: Transaction, visits: Taken) -> AsyncIterator[None]:
    """What follows from the visits is written in the block, and the visits at its end: a thread prepares them
    meanwhile."""
    if not visits.items:
        yield
        return
    sealer = await tx.sealer()
    async with beside(lambda: _prepared(sealer, tx.county, visits)) as preparing:
        yield
    prepared = preparing.result()
    await repository.add(tx, prepared.columns, prepared.sealed)
    await cited.keep(tx, prepared.attachments)
    for action, entries in prepared.audited.items():
        await audit.record_written(tx, action, entries)


def _prepared(sealer: Sealer, county: str, visits: Taken) -> _Prepared:
    said = [task.answer for task in visits.answered.values()]
    sealed = sealer.seal_many(
        "verification",
        "sealed",
        county,
        [(one["id"].bytes, orjson.dumps({name: one[name] for name in SEALED})) for one in said],
    )
    rows = []
    for item, task, one in zip(visits.items.values(), visits.answered.values(), said, strict=True):
        guarantees = one["guarantees"]
        rows.append(
            {
                **one,
                "cycle": task.cycle,
                "task_id": task.id,
                "region_code": task.region_code,
                "clue_outcomes": orjson.dumps(one["clue_outcomes"]).decode(),
                "risk_types": ",".join(item.risk_types),
                "guarantees": guarantees and orjson.dumps(guarantees).decode(),
                "row_key": item.row_key,
                "version": _stored_version(item, visits.facts[task.id]),
            }
        )
    first = [id_ for id_ in visits.items if id_ not in visits.corrected]
    again = [id_ for id_ in visits.items if id_ in visits.corrected]
    return _Prepared(
        repository.as_lines(rows),
        sealed,
        {one["id"]: item.attachments for one, item in zip(said, visits.items.values(), strict=True)},
        {
            action: audit.write([(f"task/{id_}", {"outcome": visits.items[id_].outcome}) for id_ in ids])
            for action, ids in (("task.verified", first), ("task.answer_corrected", again))
        },
    )


def _stored_version(item: VerificationItem, task: TaskFacts) -> int | None:
    """Of the task as the answer knew it. A version of the future is not stale, and fits no column."""
    return None if item.version is None else min(item.version, int(task.row["version"]))
