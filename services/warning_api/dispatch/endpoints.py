"""Tasks, lists, receipts, dispatches and extensions."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from services.warning_api.dispatch import assignments, list_page, list_service, schemas, service
from services.warning_api.dispatch.list_contents import pulled_list
from services.warning_api.dispatch.list_repository import TaskFilter
from services.warning_api.dispatch.list_sheet import list_sheet, list_sheets
from shared.db import Transaction
from shared.pagination.cursors import Paging
from shared.pagination.snapshots import ChangesPage, Poll, read_updated_after
from shared.runtime.app import make_router
from shared.runtime.asked import asked_as, asked_parameters, called_directly
from shared.runtime.packed import packed_response
from shared.runtime.preconditions import tagged
from shared.runtime.route import allowed
from shared.runtime.schema import RegionCode, ShortText
from shared.runtime.tables import table_response, xlsx_response
from shared.tables.content_types import MEDIA_TYPES, negotiate, wants_page

router = make_router("tasks")


@router.get(
    "/v1/tasks",
    response_model=ChangesPage[schemas.Task],
    openapi_extra=asked_parameters(schemas.TasksAsked),
)
@called_directly(schemas.TasksAsked)
async def list_tasks(
    asked: Annotated[schemas.TasksAsked, asked_as(schemas.TasksAsked)],
    tx: Annotated[Transaction, allowed("tasks:read")],
    request: Request,
) -> Response:
    """Verification tasks in the caller's regions; the county also sees those that wait for dispatch.

    ``updated_after`` takes the ``updated_until`` of an earlier answer: then exactly what has changed since that
    answer's first page follows, in the order of the changes; an instant filters by ``updated_at``.
    """
    since = read_updated_after(asked.updated_after)
    wanted = TaskFilter(
        asked.cycle,
        asked.region,
        asked.state,
        asked.due_before,
        since if isinstance(since, datetime) else None,
        asked.assignee,
    )
    poll = Poll(Paging(asked.limit, asked.cursor), since, asked.cycle)
    text, end = await list_service.list_tasks(tx, wanted, poll)
    return packed_response(text, request.headers.get("accept-encoding"), end)


@router.get("/v1/tasks/{task_id}", response_model=schemas.Task)
async def read_task(
    task_id: UUID, response: Response, tx: Annotated[Transaction, allowed("tasks:read")]
) -> dict[str, Any]:
    task = await list_service.read_task(tx, task_id)
    tagged(response, task["version"])
    return task


@router.get("/v1/tasks/{task_id}/subject", response_model=schemas.Subject)
async def read_subject(task_id: UUID, tx: Annotated[Transaction, allowed("subjects:read")]) -> dict[str, Any]:
    """Whom a task is about, in full: for our own household_api."""
    return await list_service.subject(tx, task_id)


@router.post("/v1/dispatches", status_code=201, response_model=schemas.Dispatched)
async def dispatch(
    order: schemas.DispatchIn, tx: Annotated[Transaction, allowed("dispatches:write")]
) -> dict[str, Any]:
    """Dispatch what waits for review; with ``task_id`` and ``region_code``, assign a region to a task."""
    return await service.dispatch(tx, order)


@router.post("/v1/assignments", response_model=schemas.Assignments)
async def assign(
    body: schemas.AssignmentsIn, tx: Annotated[Transaction, allowed("assignments:write")]
) -> dict[str, Any]:
    """The township gives visits to officials of its villages; each item on its own."""
    return await assignments.assign(tx, body.items)


@router.get(
    "/v1/lists/{cycle}/{region_code}",
    response_model=schemas.VerificationList,
    responses={200: {"content": {"text/html": {}, MEDIA_TYPES["xlsx"]: {}, "text/csv": {}}}},
)
async def read_list(
    request: Request,
    cycle: str,
    region_code: RegionCode,
    tx: Annotated[Transaction, allowed("tasks:read")],
    state: schemas.State | None = None,
    assignee: ShortText | None = None,
) -> Any:
    """The verification list of a township or a village: totals by state; as a table the list itself, to fill in and
    send back; as a page to print it, both also of one state or one official alone. That the township or village has
    pulled the whole list itself is kept in mind, so that ``changed_since_last_pull`` tells what has changed."""
    summary = await list_service.verification_list(tx, cycle, region_code)
    accept = request.headers.get("accept")
    kind = negotiate(accept)
    if wants_page(accept):
        contents = await pulled_list(tx, summary, state, assignee)
        return HTMLResponse(list_page.page(contents), headers=list_page.HEADERS)
    if kind == "json":
        return summary
    contents = await pulled_list(tx, summary, state, assignee)
    stem = f"list-{summary['cycle']}-{region_code}"
    if kind == "xlsx":
        return await xlsx_response(list_sheets(contents), f"{stem}.xlsx")
    return await table_response(kind, list_sheet(contents), stem)


@router.put("/v1/lists/{cycle}/{township_code}/receipt", response_model=schemas.VerificationList)
async def acknowledge_list(
    cycle: str, township_code: RegionCode, tx: Annotated[Transaction, allowed("receipts:write")]
) -> dict[str, Any]:
    """The township acknowledges its list; doing it again acknowledges what has come since."""
    return await list_service.acknowledge(tx, cycle, township_code)
