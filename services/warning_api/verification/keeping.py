"""Writing the visits that are taken, by the thousand."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson

from services.warning_api.counting import service as counting
from services.warning_api.verification import cited, repository
from services.warning_api.verification.answers import AnsweredTask
from services.warning_api.verification.corrections import comparable
from services.warning_api.verification.rules import TaskFacts
from services.warning_api.verification.schemas import VerificationItem
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_row_ids
from shared.sealing import Sealer

#: What of an answer is sealed together.
SEALED = ("verifiers", "note", "address", "attachments")


@dataclass(frozen=True, slots=True)
class _Visits:
    """Visits on their way to the database; the tasks with them, in the order in which they were taken."""

    columns: list[str]
    sealed: list[bytes]
    answered: dict[UUID, AnsweredTask]
    attachments: Mapping[UUID, Sequence[UUID]]


async def keep_visits(
    tx: Transaction,
    taken: dict[UUID, VerificationItem],
    facts: dict[UUID, TaskFacts],
    corrected: set[UUID],
) -> dict[UUID, AnsweredTask]:
    """Write the visits; the tasks with them, in the order of ``taken``."""
    sealer = await tx.sealer()
    # Made by a thread while the database is at the first of what it has to do with these tasks.
    making = asyncio.create_task(asyncio.to_thread(_visits, sealer, tx.county, taken, facts))
    try:
        await _begin(tx, taken, facts, corrected)
    finally:
        visits = await making
    await repository.add(tx, visits.columns, visits.sealed)
    await cited.keep(tx, visits.attachments)
    return visits.answered


def _visits(
    sealer: Sealer, county: str, taken: Mapping[UUID, VerificationItem], facts: Mapping[UUID, TaskFacts]
) -> _Visits:
    ids = new_row_ids(len(taken))
    said = [comparable(item) for item in taken.values()]
    sealed = sealer.seal_many(
        "verification",
        "sealed",
        county,
        [
            (id_.bytes, orjson.dumps({name: one[name] for name in SEALED}))
            for id_, one in zip(ids, said, strict=True)
        ],
    )
    rows = []
    answered = {}
    for id_, (task_id, item), one in zip(ids, taken.items(), said, strict=True):
        task = facts[task_id]
        row = task.row
        guarantees = one["guarantees"]
        rows.append(
            {
                **one,
                "cycle": row["cycle"],
                "id": id_,
                "task_id": task_id,
                "region_code": row["region_code"],
                "clue_outcomes": orjson.dumps(one["clue_outcomes"]).decode(),
                "risk_types": ",".join(item.risk_types),
                "guarantees": guarantees and orjson.dumps(guarantees).decode(),
                "row_key": item.row_key,
                "version": _stored_version(item, task),
            }
        )
        answered[task_id] = AnsweredTask(
            task_id,
            row["cycle"],
            row["region_code"],
            row["household_id"],
            row["person_id"],
            {**one, "id": id_},
        )
    attachments = {id_: item.attachments for id_, item in zip(ids, taken.values(), strict=True)}
    return _Visits(repository.as_lines(rows), sealed, answered, attachments)


async def _begin(
    tx: Transaction,
    taken: Mapping[UUID, VerificationItem],
    facts: Mapping[UUID, TaskFacts],
    corrected: Collection[UUID],
) -> None:
    """Take the tasks off the counts before anything of them changes, and write down who answers them."""
    by_cycle: dict[str, list[UUID]] = defaultdict(list)
    for id_ in taken:
        by_cycle[facts[id_].row["cycle"]].append(id_)
    for cycle, ids in by_cycle.items():
        await counting.touch(tx, cycle, tasks=ids)
    for action, of_these in (
        ("task.verified", [id_ for id_ in taken if id_ not in corrected]),
        ("task.answer_corrected", [id_ for id_ in taken if id_ in corrected]),
    ):
        await audit.record_many(
            tx, action, [(f"task/{id_}", {"outcome": taken[id_].outcome}) for id_ in of_these]
        )


def _stored_version(item: VerificationItem, task: TaskFacts) -> int | None:
    """Of the task as the answer knew it. A version of the future is not stale, and fits no column."""
    return None if item.version is None else min(item.version, int(task.row["version"]))
