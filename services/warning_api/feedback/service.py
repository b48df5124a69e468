"""Accepting the townships' feedback, telling departments, and closing warnings."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.warning_api.dispatch.errors import TransitionNotAllowed
from services.warning_api.dispatch.list_service import held_task, keep_reason, read_task
from services.warning_api.dispatch.rules import TRANSITIONS
from services.warning_api.dispatch.service import closed_event
from services.warning_api.feedback import repository
from services.warning_api.feedback.errors import NothingToAccept
from services.warning_api.feedback.rules import CLOSES_AT_ACCEPTANCE
from services.warning_api.filing.rules import filing_no
from services.warning_api.intake.progress import advance_batches_of
from services.warning_api.verification import service as verification
from shared import audit
from shared.contracts.events import TASK_VERIFIED, WARNING_CLOSED
from shared.db import Transaction
from shared.outbox import Event, emit
from shared.pagination.cursors import Paging, page
from shared.parameters import parameter
from shared.runtime.preconditions import IfMatch


async def accept(tx: Transaction, task_ids: Sequence[UUID]) -> int:
    """Accept the feedback of verified tasks; how many there were.

    Each warning gets its clue's outcome, or the household's. Outcomes that need nothing close it; the others
    wait for the department's answer. A confirmed risk goes to the registry by event.
    """
    tasks = await repository.acceptable_tasks(tx, task_ids)
    answers = await verification.latest_answers(tx, [task["id"] for task in tasks])
    warnings = await verification.clues_of(tx, [task["id"] for task in tasks])
    answer_due_on = tx.today + timedelta(days=(await parameter(tx, "answer_days")).value)
    by_cycle: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for warning in warnings:
        answer = answers[warning["task_id"]]
        outcome = answer["clue_outcomes"].get(str(warning["id"]), answer["outcome"])
        by_cycle[warning["cycle"]].append(
            {
                "id": warning["id"],
                "outcome": outcome,
                "needs_org": answer["needs_org"] if outcome == "needs_department" else None,
                "closes": outcome in CLOSES_AT_ACCEPTANCE,
            }
        )
    for cycle, decisions in by_cycle.items():
        decided = await repository.decide(tx, cycle, answer_due_on, decisions)
        ids = [task["id"] for task in tasks if task["cycle"] == cycle]
        versions = await repository.accept_tasks(tx, cycle, ids)
        await _tell_closed(tx, cycle, [row for row in decided if row["state"] == "closed"], versions)
        await advance_batches_of(tx, cycle, [decision["id"] for decision in decisions])
        await _tell_verified(tx, [t for t in tasks if t["cycle"] == cycle], answers, versions)
    return len(tasks)


async def accept_by_rule(tx: Transaction, task_ids: Sequence[UUID]) -> None:
    """Accept what townships have just answered, unless the county reviews every feedback."""
    if task_ids and not (await parameter(tx, "review_feedback")).value:
        await accept(tx, task_ids)


async def accept_task(tx: Transaction, task_id: UUID, expected: IfMatch) -> dict[str, Any]:
    """The county accepts one feedback, where its parameters want every one reviewed."""
    await held_task(tx, task_id, expected)
    if not await accept(tx, [task_id]):
        raise NothingToAccept()
    await audit.record(tx, "task.accepted", f"task/{task_id}")
    return await read_task(tx, task_id)


async def return_task(tx: Transaction, task_id: UUID, reason: str, expected: IfMatch) -> dict[str, Any]:
    """The county sends an answered task back; its outcomes are open again, its visits stay on record."""
    row = await held_task(tx, task_id, expected)
    if "returned" not in TRANSITIONS[row["state"]]:
        allowed = "、".join(TRANSITIONS[row["state"]])
        raise TransitionNotAllowed(
            f"任务状态为 {row['state']}，可转为：{allowed}", f"From {row['state']} only: {allowed}"
        )
    if row["outcome"] is None:
        raise TransitionNotAllowed(
            "任务的线索已全部撤回，没有可退回的反馈",
            "All clues were withdrawn: there is no feedback to return",
        )
    days = (await parameter(tx, "urgent_verification_days")).value
    await repository.mark_returned(tx, row["cycle"], task_id, tx.today + timedelta(days=days))
    await advance_batches_of(tx, row["cycle"], await repository.reopen_warnings(tx, row["cycle"], task_id))
    await keep_reason(tx, row, "return", reason)
    return await read_task(tx, task_id)


async def _tell_closed(tx: Transaction, cycle: str, closed: Sequence[Any], versions: dict[UUID, int]) -> None:
    events = [
        closed_event(
            cycle, row["id"], row["org_code"], row["outcome"], row["task_id"], versions[row["task_id"]]
        )
        for row in closed
    ]
    await emit(tx, WARNING_CLOSED, events)


async def _tell_verified(
    tx: Transaction,
    tasks: Sequence[Any],
    answers: Mapping[UUID, Mapping[Any, Any]],
    versions: dict[UUID, int],
) -> None:
    await emit(
        tx,
        TASK_VERIFIED,
        [
            Event(
                f"task/{task['id']}",
                versions[task["id"]],
                {
                    "task_id": task["id"],
                    "cycle": task["cycle"],
                    "outcome": answers[task["id"]]["outcome"],
                    "household_id": task["household_id"],
                    "person_id": task["person_id"],
                    "region_code": task["region_code"],
                    "risk_types": answers[task["id"]]["risk_types"],
                    "per_capita_income": _money(answers[task["id"]]["per_capita_income"]),
                    "guarantees": answers[task["id"]]["guarantees"],
                    "register_as": answers[task["id"]]["register_as"],
                },
            )
            for task in tasks
        ],
    )


def _money(value: Any) -> str | None:
    return None if value is None else f"{value:.2f}"


async def list_outcomes(tx: Transaction, cycle: str | None, paging: Paging) -> dict[str, Any]:
    """The outcome of each of the department's warnings, decided or not."""
    rows = await repository.outcomes(tx, cycle, paging.after_id(), paging.limit + 1)
    items = [
        {**row, "filing_no": filing_no(tx.county, row["cycle"], row["org_code"], row["filing_seq"])}
        for row in rows
    ]
    return page(items, paging, lambda item: [item["id"]])


async def close_answered(tx: Transaction, cycle: str, warnings: Sequence[UUID]) -> None:
    """Close warnings that their department has answered, and tasks and batches with their last warning."""
    closed = await repository.close_warnings(tx, cycle, warnings)
    tasks = [row["task_id"] for row in closed]
    await repository.close_tasks(tx, cycle, tasks)
    await _tell_closed(tx, cycle, closed, await repository.task_versions(tx, cycle, tasks))
    await advance_batches_of(tx, cycle, warnings)
