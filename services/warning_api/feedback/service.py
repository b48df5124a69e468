"""Accepting the townships' feedback, telling departments, and closing warnings."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.warning_api.dispatch.errors import TransitionNotAllowed
from services.warning_api.dispatch.list_service import held_task, keep_reason, read_task
from services.warning_api.dispatch.rules import TRANSITIONS
from services.warning_api.feedback import acceptance, repository
from services.warning_api.feedback.acceptance import tell_closed
from services.warning_api.feedback.errors import NothingToAccept
from services.warning_api.intake.progress import advance_batches_of
from shared import audit
from shared.db import Transaction
from shared.parameters import parameter
from shared.runtime.preconditions import IfMatch


async def accept_task(tx: Transaction, task_id: UUID, expected: IfMatch) -> dict[str, Any]:
    """The county accepts one feedback, where its parameters want every one reviewed."""
    row = await held_task(tx, task_id, expected)
    if not await acceptance.accept(tx, task_id, row["cycle"], str(tx.actor)):
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


async def close_answered(tx: Transaction, cycle: str, warnings: Sequence[UUID]) -> None:
    """Close warnings that their department has answered, and tasks and batches with their last warning."""
    closed = await repository.close_warnings(tx, cycle, warnings)
    tasks = [row["task_id"] for row in closed]
    await repository.close_tasks(tx, cycle, tasks)
    await tell_closed(tx, cycle, closed, await repository.task_versions(tx, cycle, tasks))
    await advance_batches_of(tx, cycle, warnings)
