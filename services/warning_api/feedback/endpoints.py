"""Acceptance and return by the county, outcomes and receipts of departments, events of our own services."""

import asyncio
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Request, Response

from services.warning_api.cycles.schemas import CycleCode
from services.warning_api.cycles.service import departments
from services.warning_api.dispatch.list_service import read_task
from services.warning_api.dispatch.schemas import ReasonIn, Task
from services.warning_api.feedback import events, outcomes, receipts, schemas, service
from services.warning_api.feedback.outcome_sheet import SHEET, answered_sheet, filled_rows, outcome_sheet
from shared.contracts.events import CloudEvent
from shared.db import Transaction
from shared.errors import FieldError, Unprocessable
from shared.pagination import PageQuery
from shared.pagination.snapshots import ChangesPage, UpdatedAfter
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.route import allowed
from shared.runtime.tables import TABLE_BODY, json_items, received_table, table_response
from shared.tables.columns import Row
from shared.tables.content_types import negotiate, table_kind
from shared.tables.decoding import Spooled
from shared.tables.reading import read_table

router = make_router("feedback")


OutcomeState = Annotated[
    Literal["waiting", "overdue", "declined", "answered", "closed"] | None,
    Query(description="待本部门答复、其中已逾期、已答复不属本部门、已答复、已办结"),
]

#: More receipts than one request takes.
MOST_RECEIPTS = 20_000


@router.get("/v1/outcomes", response_model=ChangesPage[schemas.OutcomeOut])
async def list_outcomes(
    request: Request,
    paging: PageQuery,
    updated_after: UpdatedAfter,
    tx: Annotated[Transaction, allowed("outcomes:read")],
    cycle: CycleCode | None = None,
    state: OutcomeState = None,
) -> Any:
    """What became of each warning of the department, and of those that need it; as a table the sheet in which the
    department writes what it did."""
    kind = negotiate(request.headers.get("accept"))
    if kind == "json":
        return await outcomes.list_outcomes(tx, cycle, state, paging, updated_after)
    rows = await outcomes.sheet_rows(tx, cycle, state)
    name = (await departments(tx)).get(tx.reach.org, "")
    return await table_response(kind, outcome_sheet(rows, name, cycle), "outcomes")


@router.get("/v1/outcomes/{warning_id}", response_model=schemas.ReferredOutcome)
async def read_outcome(
    warning_id: UUID, response: Response, tx: Annotated[Transaction, allowed("outcomes:read")]
) -> dict[str, Any]:
    outcome = await outcomes.read_outcome(tx, warning_id)
    tagged(response, outcome["version"])
    return outcome


@router.post("/v1/outcomes/{warning_id}/declination", response_model=schemas.ReferredOutcome)
async def decline(
    warning_id: UUID,
    body: ReasonIn,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("policy_receipts:write")],
) -> dict[str, Any]:
    """The department that is needed says why it is not the one."""
    outcome = await outcomes.decline(tx, warning_id, body.reason, expected)
    tagged(response, outcome["version"])
    return outcome


@router.post("/v1/outcomes/{warning_id}/redirection", response_model=schemas.ReferredOutcome)
async def redirect(
    warning_id: UUID,
    body: schemas.RedirectionIn,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("dispatches:write")],
) -> dict[str, Any]:
    """The county names the department that is to answer."""
    outcome = await outcomes.redirect(tx, warning_id, body.needs_org, body.reason, expected)
    tagged(response, outcome["version"])
    return outcome


@router.post("/v1/policy-receipts", response_model=schemas.ReceiptsResult, openapi_extra=TABLE_BODY)
async def answer(
    request: Request, tx: Annotated[Transaction, allowed("policy_receipts:write", streams=True)]
) -> Any:
    """What the department did; closes the warning. As JSON ``{"items": […]}`` or as the filled sheet of outcomes, which
    comes back with a column 处理结果 where ``Accept`` names a table."""
    content_type, body = await received_table(request, tx)
    with body:
        items, rows, lines = await asyncio.to_thread(_receipts_of, content_type, body)
    if rows is None and not items:
        raise Unprocessable(errors=[FieldError("/items", "missing", "至少一条")])
    if len(items) > MOST_RECEIPTS:
        raise Unprocessable(errors=[FieldError("/items", "too_long", f"一次最多 {MOST_RECEIPTS} 条")])
    verdicts = await receipts.answer(tx, items)
    kind = negotiate(request.headers.get("accept"))
    if rows is None or kind == "json":
        return verdicts
    return await table_response(kind, answered_sheet(rows, lines, verdicts["items"]), "policy-receipts")


def _receipts_of(content_type: str, body: Spooled) -> tuple[list[Any], list[Row] | None, tuple[int, ...]]:
    """The items; of a table also its rows, and the line of each item."""
    if table_kind(content_type or "application/json") == "json":
        return json_items(body), None, ()
    kept, filled = filled_rows(read_table(body.file, content_type, SHEET))
    return list(filled.values()), kept, tuple(filled)


@router.get("/v1/tasks/{task_id}/receipts", response_model=schemas.Receipts)
async def list_receipts(task_id: UUID, tx: Annotated[Transaction, allowed("tasks:read")]) -> dict[str, Any]:
    """What departments did for the household of a task."""
    await read_task(tx, task_id)
    return {"items": await receipts.receipts_of_task(tx, task_id)}


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
