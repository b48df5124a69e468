"""Tasks, lists, receipts, dispatches and extensions."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from services.warning_api.cycles.schemas import CycleCode
from services.warning_api.cycles.service import departments
from services.warning_api.dispatch import list_service, schemas, service
from services.warning_api.dispatch.list_repository import TaskFilter
from services.warning_api.dispatch.list_sheet import list_sheet
from shared.db import Transaction
from shared.identifiers.regions import region_range
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.ready_json import ready_json
from shared.runtime.route import allowed
from shared.runtime.schema import Day, Instant, RegionCode
from shared.runtime.tables import table_response
from shared.tables.content_types import negotiate

router = make_router("tasks")

State = Annotated[str | None, Query(pattern="^(pending|received|verified|returned|closed)$")]


@router.get("/v1/tasks", response_model=Page[schemas.Task])
async def list_tasks(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("tasks:read")],
    cycle: CycleCode | None = None,
    region: RegionCode | None = None,
    state: State = None,
    due_before: Day | None = None,
    updated_after: Instant | None = None,
) -> Response:
    """Verification tasks in the caller's regions; the county also sees those that wait for dispatch."""
    wanted = TaskFilter(
        cycle, None, region_range(region) if region else None, state, due_before, updated_after
    )
    return ready_json(await list_service.list_tasks(tx, wanted, paging))


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


@router.post("/v1/tasks/{task_id}/extension", response_model=schemas.Task)
async def extend_task(
    task_id: UUID,
    body: schemas.ReasonIn,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("verifications:write")],
) -> dict[str, Any]:
    """More time, once."""
    task = await list_service.extend(tx, task_id, body.reason, expected)
    tagged(response, task["version"])
    return task


@router.post("/v1/dispatches", status_code=201, response_model=schemas.Dispatched)
async def dispatch(
    order: schemas.DispatchIn, tx: Annotated[Transaction, allowed("dispatches:write")]
) -> dict[str, Any]:
    """Dispatch what waits for review; with ``task_id`` and ``region_code``, assign a region to a task."""
    return await service.dispatch(tx, order)


@router.get("/v1/lists/{cycle}/{township_code}", response_model=schemas.VerificationList)
async def read_list(
    request: Request,
    cycle: str,
    township_code: RegionCode,
    tx: Annotated[Transaction, allowed("tasks:read")],
) -> Any:
    """A township's verification list: totals by state; as a table the list itself, to fill in and send back."""
    found = await list_service.verification_list(tx, cycle, township_code)
    kind = negotiate(request.headers.get("accept"))
    if kind == "json":
        return found
    rows = await list_service.list_rows(tx, found["cycle"], township_code)
    sheet = list_sheet(found, rows, (await departments(tx)).values())
    return await table_response(kind, sheet, f"list-{found['cycle']}-{township_code}")


@router.put("/v1/lists/{cycle}/{township_code}/receipt", response_model=schemas.VerificationList)
async def acknowledge_list(
    cycle: str, township_code: RegionCode, tx: Annotated[Transaction, allowed("receipts:write")]
) -> dict[str, Any]:
    """The township acknowledges its list; doing it again acknowledges what has come since."""
    return await list_service.acknowledge(tx, cycle, township_code)
