"""Taking what townships have answered: outcomes for every clue, by rule or after review (policy.md, The loop, 7)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import orjson

from services.warning_api.counting import service as counting
from services.warning_api.dispatch.service import closed_event
from services.warning_api.feedback import repository
from services.warning_api.feedback.rules import ANSWER_CLOCKS, closes_at_acceptance
from services.warning_api.intake.progress import advance_batches_of
from services.warning_api.verification import service as verification
from services.warning_api.verification.answers import AnsweredTask
from shared.contracts.events import TASK_VERIFIED, WARNING_CLOSED
from shared.db import Transaction
from shared.outbox import Event, emit
from shared.parameters import parameter
from shared.runtime.beside import beside


@dataclass(frozen=True, slots=True)
class Decided:
    """``changed``: warnings whose outcome is new; ``open_tasks``: those that wait for a department."""

    changed: Sequence[Any]
    open_tasks: frozenset[UUID]

    @property
    def closed(self) -> list[Any]:
        return [row for row in self.changed if row["state"] == "closed"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """``versions``: of the tasks; ``changed``: by month the warnings whose outcome is new, whose batches have come
    further with that (``advance``)."""

    versions: dict[UUID, int] = field(default_factory=dict)
    changed: defaultdict[str, list[UUID]] = field(default_factory=lambda: defaultdict(list))


async def take(tx: Transaction, answered: Mapping[UUID, AnsweredTask], accepted: Accepted) -> None:
    """Tasks that have just been answered are verified, and accepted by rule unless the county reviews every feedback;
    what became of them is added to ``accepted``."""
    if not answered:
        return
    reviewed = (await parameter(tx, "review_feedback")).value
    for cycle, tasks in _by_cycle(answered.values()).items():
        outcomes = {task.id: task.answer["outcome"] for task in tasks}
        # Tasks before warnings, as everywhere.
        await counting.touch(tx, cycle, tasks=outcomes)
        if reviewed:
            accepted.versions.update(await repository.mark_verified(tx, cycle, outcomes, accepted=False))
            continue
        async with beside(partial(_told, tasks)) as writing:
            decided = await _decide(tx, cycle, tasks)
            marked = await repository.mark_verified(
                tx, cycle, outcomes, accepted=True, still_open=decided.open_tasks
            )
        await _tell(tx, cycle, writing.result(), decided, marked)
        accepted.versions.update(marked)
        accepted.changed[cycle] += [row["id"] for row in decided.changed]


async def advance(tx: Transaction, accepted: Accepted) -> None:
    """Once, when nothing else is to be taken: batches are held in the order of their ids, and whoever held some of
    them while taking more would wait for another township that does so too."""
    for cycle in sorted(accepted.changed):
        await advance_batches_of(tx, cycle, accepted.changed[cycle])


async def accept(tx: Transaction, task_id: UUID, cycle: str, reviewer: str) -> bool:
    """Accept the feedback of a verified task after review; False where none waits for that.

    Each warning gets its clue's outcome, or the household's. Outcomes that need nothing close it; the others
    wait for the department's answer. A confirmed risk goes to the registry by event.
    """
    row = await repository.acceptable_task(tx, cycle, task_id)
    if row is None:
        return False
    answers = await verification.opened_answers(tx, [task_id])
    task = AnsweredTask(
        task_id, cycle, row["region_code"], row["household_id"], row["person_id"], answers[task_id]
    )
    decided = await _decide(tx, cycle, [task])
    versions = await repository.accept_tasks(tx, cycle, [task_id], decided.open_tasks, reviewer)
    await _tell(tx, cycle, _told([task]), decided, versions)
    await advance_batches_of(tx, cycle, [row["id"] for row in decided.changed])
    return True


def _by_cycle(tasks: Any) -> dict[str, list[AnsweredTask]]:
    by_cycle: dict[str, list[AnsweredTask]] = defaultdict(list)
    for task in tasks:
        by_cycle[task.cycle].append(task)
    return by_cycle


async def _decide(tx: Transaction, cycle: str, tasks: Sequence[AnsweredTask]) -> Decided:
    due_on = {
        outcome: tx.today + timedelta(days=(await parameter(tx, name)).value)
        for outcome, name in ANSWER_CLOCKS.items()
    }
    answers = {task.id: task.answer for task in tasks}
    clues = await verification.clues_of(tx, list(answers), [cycle])
    decisions = []
    for clue in clues:
        answer = answers[clue["task_id"]]
        outcome = answer["clue_outcomes"].get(str(clue["id"]), answer["outcome"])
        decisions.append(
            {
                "id": clue["id"],
                "outcome": outcome,
                "needs_org": answer["needs_org"] if outcome == "needs_department" else None,
                "closes": closes_at_acceptance(outcome, clue["org_code"]),
                "due_on": due_on.get(outcome),
            }
        )
    changed = await repository.decide(tx, cycle, decisions)
    states = {clue["id"]: clue["state"] for clue in clues} | {row["id"]: row["state"] for row in changed}
    return Decided(changed, frozenset(clue["task_id"] for clue in clues if states[clue["id"]] != "closed"))


async def _tell(
    tx: Transaction,
    cycle: str,
    told: Mapping[UUID, orjson.Fragment],
    decided: Decided,
    versions: Mapping[UUID, int],
) -> None:
    """``told``: what is told of each task."""
    await tell_closed(tx, cycle, decided.closed, versions)
    await emit(tx, TASK_VERIFIED, [Event(f"task/{id_}", versions[id_], data) for id_, data in told.items()])


def _told(tasks: Iterable[AnsweredTask]) -> dict[UUID, orjson.Fragment]:
    return {task.id: orjson.Fragment(orjson.dumps(_verified(task), default=str)) for task in tasks}


def _verified(task: AnsweredTask) -> dict[str, Any]:
    """All that is known of the visit, but for free text and names."""
    answer = task.answer
    income = answer["per_capita_income"]
    return {
        "task_id": task.id,
        "cycle": task.cycle,
        "outcome": answer["outcome"],
        "household_id": task.household_id,
        "person_id": task.person_id,
        "region_code": task.region_code,
        "risk_types": answer["risk_types"],
        "per_capita_income": None if income is None else f"{income:.2f}",
        "guarantees": answer["guarantees"],
        "register_as": answer["register_as"],
        "verification_id": answer["id"],
        "visited_on": answer["visited_on"],
        "attachments": answer["attachments"],
    }


async def tell_closed(
    tx: Transaction, cycle: str, closed: Sequence[Any], versions: Mapping[UUID, int]
) -> None:
    events = [
        closed_event(
            cycle, row["id"], row["org_code"], row["outcome"], row["task_id"], versions[row["task_id"]]
        )
        for row in closed
    ]
    await emit(tx, WARNING_CLOSED, events)
