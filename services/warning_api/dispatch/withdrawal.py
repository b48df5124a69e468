"""A clue leaves the task that it was put into by a mistaken decision."""

from typing import Any
from uuid import UUID

from services.warning_api.dispatch import repository
from services.warning_api.dispatch.clue_changes import clue_changed, lock_task
from services.warning_api.dispatch.rules import TO_BE_VERIFIED
from services.warning_api.dispatch.service import sealed_subjects
from services.warning_api.filing.staging import open_personal_data
from shared import audit
from shared.db import Transaction


async def take_out(tx: Transaction, cycle: str, task_id: UUID, warning_id: UUID) -> str | None:
    """Take a warning out of a task that is not verified; the warning is ``filed`` again, without a task.

    Answers the task's state, ``closed`` where it was the only open clue; None (and nothing is changed) once
    the task is verified. The visit is named after the clue that came first, so it takes the name of the next.
    Callers hold the comparison's lock of the month.
    """
    if await lock_task(tx, cycle, task_id) not in TO_BE_VERIFIED:
        return None
    values: dict[str, Any] = {"county": tx.county, "cycle": cycle, "task": task_id}
    await repository.unlink(tx, {**values, "warning": warning_id})
    first = await repository.first_open_clue(tx, values)
    if first is not None:
        sealer = await tx.sealer()
        (person,) = open_personal_data(sealer, tx.county, [(first["id"], first["sealed"])])
        (subject,) = sealed_subjects(sealer, tx.county, [(task_id, person)])
        await repository.name_after(
            tx, {**values, "sealed": subject, "person": first["person_id"], "now": tx.now}
        )
    await clue_changed(tx, cycle, task_id)
    await audit.record(tx, "task.clue_taken_out", f"task/{task_id}", {"warning_id": warning_id})
    return await lock_task(tx, cycle, task_id)
