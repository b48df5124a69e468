"""Extensions of tasks, and what was said about them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Response

from services.warning_api.dispatch.presentation import RESPONSIBLE
from services.warning_api.dispatch.schemas import ReasonIn, Task
from services.warning_api.task_entries import schemas, service
from shared.db import Transaction
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.route import allowed

router = make_router("tasks")


@router.post("/v1/tasks/{task_id}/extension", response_model=Task)
async def extend_task(
    task_id: UUID,
    body: ReasonIn,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("verifications:write")],
) -> dict[str, Any]:
    """More time, once; where the county approves each extension, ``extension`` is ``requested`` until it has."""
    task = await service.extend(tx, task_id, body.reason, expected)
    tagged(response, task["version"])
    return task


@router.post("/v1/tasks/{task_id}/extension/decision", response_model=Task)
async def decide_extension(
    task_id: UUID,
    body: schemas.ExtensionDecision,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("dispatches:write")],
) -> dict[str, Any]:
    """The county approves or refuses an extension that was asked for."""
    task = await service.decide(tx, task_id, body, expected)
    tagged(response, task["version"])
    return task


@router.get("/v1/tasks/{task_id}/entries", response_model=schemas.TaskEntries)
async def list_entries(task_id: UUID, tx: Annotated[Transaction, allowed("tasks:read")]) -> dict[str, Any]:
    """Extensions, decisions and returns of a task with their reasons."""
    return {"items": await service.entries(tx, task_id, in_full=bool(tx.roles & RESPONSIBLE))}
