"""Writing the visits that are taken, by the thousand."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping
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

#: What of an answer is sealed together.
SEALED = ("verifiers", "note", "address", "attachments")


async def keep_visits(
    tx: Transaction,
    taken: dict[UUID, VerificationItem],
    facts: dict[UUID, TaskFacts],
    corrected: set[UUID],
) -> dict[UUID, AnsweredTask]:
    """Write the visits; the tasks with them."""
    ids = new_row_ids(len(taken))
    said = [comparable(item) for item in taken.values()]
    texts = [orjson.dumps({name: one[name] for name in SEALED}) for one in said]
    sealer = await tx.sealer()
    rows = [(id_.bytes, text) for id_, text in zip(ids, texts, strict=True)]
    # Sealed by a thread while the database is at the first of what it has to do with these tasks.
    sealing = asyncio.create_task(
        asyncio.to_thread(sealer.seal_many, "verification", "sealed", tx.county, rows)
    )
    try:
        await _begin(tx, taken, facts, corrected)
    finally:
        sealed = await sealing
    added = [
        {
            **one,
            "cycle": facts[item.task_id].row["cycle"],
            "id": id_,
            "task_id": item.task_id,
            "region_code": facts[item.task_id].row["region_code"],
            "clue_outcomes": orjson.dumps(one["clue_outcomes"]).decode(),
            "risk_types": ",".join(item.risk_types),
            "guarantees": one["guarantees"] and orjson.dumps(one["guarantees"]).decode(),
            "sealed": blob,
            "row_key": item.row_key,
            "version": _stored_version(item, facts[item.task_id]),
        }
        for id_, item, one, blob in zip(ids, taken.values(), said, sealed, strict=True)
    ]
    await repository.add(tx, added)
    await cited.keep(tx, {visit["id"]: taken[visit["task_id"]].attachments for visit in added})
    return {
        visit["task_id"]: AnsweredTask(
            visit["task_id"],
            visit["cycle"],
            visit["region_code"],
            facts[visit["task_id"]].row["household_id"],
            facts[visit["task_id"]].row["person_id"],
            {**visit, **one, "risk_types": taken[visit["task_id"]].risk_types},
        )
        for visit, one in zip(added, said, strict=True)
    }


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
