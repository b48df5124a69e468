"""Drawing a sample of answered tasks, and how far its second visits have come."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping

from services.warning_api.dispatch.month import one_at_a_time
from services.warning_api.dispatch.recheck_tasks import make_recheck_tasks
from services.warning_api.rechecks import repository
from services.warning_api.rechecks.errors import NothingToRecheck, RecheckExists, RecheckNotFound
from services.warning_api.rechecks.rules import digest_of, drawn, named_stratum, stratum_of
from services.warning_api.rechecks.schemas import RecheckIn
from services.warning_api.sampling import new_seed
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.pagination.cursors import Paging, page

COUNTS = ("sample", "done", "agreed", "disagreed")


async def plan(tx: Transaction, order: RecheckIn) -> dict[str, Any]:
    """What ``draw`` would draw of the tasks as they are."""
    tasks, strata = await _population(tx, order)
    seed = order.seed or new_seed()
    chosen = sorted(id_ for ids in drawn(strata, seed, order.share).values() for id_ in ids)
    return {
        **order.model_dump(include={"cycle", "share", "strata"}),
        "seed": seed,
        "population": len(tasks),
        "population_sha256": digest_of(tasks).hex(),
        "sample": len(chosen),
        "task_ids": chosen,
    }


async def draw(tx: Transaction, order: RecheckIn) -> dict[str, Any]:
    """Draw the share of each stratum of the month's answered tasks, and have each visited again by others.

    A task is drawn once; re-checks are not drawn. A given seed draws once by the same share and strata. Raises
    ``RecheckExists``, ``NothingToRecheck``.
    """
    await one_at_a_time(tx, order.cycle)
    if order.seed is not None:
        for earlier in await repository.by_seed(tx, order.cycle, order.seed, order.share):
            if set(earlier["strata"]) == set(order.strata):
                raise RecheckExists(members={"id": str(earlier["id"])})
    tasks, strata = await _population(tx, order)
    seed = order.seed or new_seed()
    chosen = {
        task_id: stratum for stratum, ids in drawn(strata, seed, order.share).items() for task_id in ids
    }
    made = await make_recheck_tasks(tx, order.cycle, [UUID(task_id) for task_id in chosen])
    id_ = new_id()
    recheck = {
        "id": id_,
        "cycle": order.cycle,
        "seed": seed,
        "seed_given": order.seed is not None,
        "share": order.share,
        "strata": order.strata,
        "population": orjson.dumps({stratum: len(ids) for stratum, ids in strata.items()}).decode(),
        "population_sha256": digest_of(tasks),
    }
    sample = [
        {
            "task_id": first,
            "recheck_task_id": again,
            "region_code": tasks[str(first)]["region_code"],
            "stratum": chosen[str(first)],
            "first_outcome": tasks[str(first)]["outcome"],
        }
        for first, again in made.items()
    ]
    await repository.add(tx, recheck, sample)
    await audit.record(
        tx,
        "recheck.drawn",
        f"recheck/{id_}",
        {"cycle": order.cycle, "seed": seed, "share": order.share, "tasks": len(sample)},
    )
    return await read(tx, id_)


async def read(tx: Transaction, id_: UUID) -> dict[str, Any]:
    """A re-check with its tasks. Raises ``RecheckNotFound``."""
    row = await _existing(tx, id_)
    sample = await repository.sample(tx, row)
    (shown,) = await _shown(tx, [row])
    return {
        **shown,
        "task_ids": [task["task_id"] for task in sample],
        "recheck_task_ids": [task["recheck_task_id"] for task in sample],
    }


async def list_rechecks(tx: Transaction, cycle: str | None, paging: Paging) -> dict[str, Any]:
    rows = await repository.rechecks(tx, cycle, paging.after_id(), paging.limit + 1)
    return page(await _shown(tx, rows), paging, lambda recheck: [recheck["id"]])


async def list_tasks(tx: Transaction, id_: UUID, paging: Paging) -> dict[str, Any]:
    """The drawn tasks and what became of their second visits."""
    row = await _existing(tx, id_)
    rows = await repository.sample(tx, row, paging.after_id(), paging.limit + 1)
    tasks = [{**task, "stratum": named_stratum(task["stratum"], row["strata"])} for task in rows]
    return page(tasks, paging, lambda task: [task["task_id"]])


async def _existing(tx: Transaction, id_: UUID) -> RowMapping:
    row = await repository.recheck(tx, id_)
    if row is None:
        raise RecheckNotFound()
    return row


async def _population(
    tx: Transaction, order: RecheckIn
) -> tuple[Mapping[str, RowMapping], Mapping[str, list[str]]]:
    """The tasks that can be drawn, by id, and their ids by stratum."""
    tasks = {row["id"]: row for row in await repository.population(tx, order.cycle)}
    if not tasks:
        raise NothingToRecheck()
    strata: dict[str, list[str]] = defaultdict(list)
    for id_, task in tasks.items():
        strata[stratum_of(task, order.strata)].append(id_)
    return tasks, strata


async def _shown(tx: Transaction, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    counted: dict[UUID, dict[str, RowMapping]] = defaultdict(dict)
    for count in await repository.counts(tx, [row["id"] for row in rows]):
        counted[count["recheck_id"]][count["stratum"]] = count
    shown = []
    for row in rows:
        counts = counted[row["id"]]
        by_stratum = [
            {
                "stratum": named_stratum(stratum, row["strata"]),
                "population": held,
                **{name: counts[stratum][name] for name in COUNTS},
            }
            for stratum, held in sorted(row["population"].items())
        ]
        shown.append(
            {
                **row,
                "population": sum(row["population"].values()),
                "population_sha256": row["population_sha256"].hex(),
                **{name: sum(each[name] for each in by_stratum) for name in COUNTS},
                "by_stratum": by_stratum,
            }
        )
    return shown
