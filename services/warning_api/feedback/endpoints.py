"""Acceptance and return by the county, outcomes and receipts of departments, events of our own services."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Response

from services.warning_api.cycles.schemas import CycleCode
from services.warning_api.dispatch.schemas import ReasonIn, Task
from services.warning_api.feedback import events, receipts, schemas, service
from shared.contracts.events import CloudEvent
from shared.db import Transaction
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.route import allowed

router = make_router("feedback")


@router.get("/v1/outcomes", response_model=Page[schemas.OutcomeOut])
async def list_outcomes(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("outcomes:read")],
    cycle: CycleCode | None = None,
) -> dict[str, Any]:
    """What became of each warning of the department, and of those that need it."""
    return await service.list_outcomes(tx, cycle, paging)


@router.post("/v1/policy-receipts", response_model=schemas.ReceiptsResult)
async def answer(
    body: schemas.ReceiptsIn, tx: Annotated[Transaction, allowed("policy_receipts:write")]
) -> dict[str, Any]:
    """What the department did; closes the warning."""
    return await receipts.answer(tx, body.items)


@router.post("/v1/events", status_code=204)
async def receive_event(event: CloudEvent, tx: Annotated[Transaction, allowed("events:deliver")]) -> None:
    """Events of our own services (CloudEvents 1.0)."""
    await events.receive(tx, event)


@router.post("/v1/tasks/{task_id}/return", response_model=Task)
async def return_task(
    task_id: UUID,
    body: ReasonIn,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("dispatches:write")],
) -> dict[str, Any]:
    """Send an answered task back for rework, with the reason."""
    task = await service.return_task(tx, task_id, body.reason, expected)
    tagged(response, task["version"])
    return task


@router.post("/v1/tasks/{task_id}/acceptance", response_model=Task)
async def accept(
    task_id: UUID,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("dispatches:write")],
) -> dict[str, Any]:
    """Accept a township's feedback, where the county reviews every one."""
    task = await service.accept_task(tx, task_id, expected)
    tagged(response, task["version"])
    return task
