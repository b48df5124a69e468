"""Monitoring cases, and the events that open them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from services.household_api.monitoring import confirmed_tasks, schemas, service
from services.household_api.monitoring.errors import UnknownWord
from services.household_api.monitoring.repository import Filters
from services.household_api.monitoring.rules import TRANSITIONS
from shared.contracts.events import CloudEvent
from shared.db import Transaction
from shared.errors import FieldError
from shared.pagination import Page, PageQuery, page
from shared.pagination.cursors import InvalidCursor
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.route import allowed
from shared.runtime.schema import RegionCode

router = make_router("cases")


@router.post("/v1/cases", status_code=201, response_model=schemas.Case)
async def open_case(
    wanted: schemas.NewCase, response: Response, tx: Annotated[Transaction, allowed("cases:write")]
) -> dict[str, Any]:
    """Open a case for a household that is not under monitoring."""
    case_id = await service.open_case(tx, wanted)
    response.headers["Location"] = f"/v1/cases/{case_id}"
    return await _described(tx, case_id, response)


@router.get("/v1/cases", response_model=Page[schemas.CaseInList])
async def list_cases(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("cases:read")],
    state: Annotated[str | None, Query(max_length=64)] = None,
    region: RegionCode | None = None,
    household_id: UUID | None = None,
) -> dict[str, Any]:
    """Cases, the newest first."""
    (after,) = paging.after_text()
    try:
        last = None if after is None else UUID(after)
    except ValueError as error:
        raise InvalidCursor() from error
    found = await service.list_cases(tx, Filters(state, region, household_id), last, paging.limit)
    return page(found, paging, lambda row: [row["id"]])


@router.get("/v1/cases/{case_id}", response_model=schemas.Case)
async def read_case(
    case_id: UUID, response: Response, tx: Annotated[Transaction, allowed("cases:read")]
) -> dict[str, Any]:
    """A case with every step it took."""
    return await _described(tx, case_id, response)


@router.post("/v1/cases/{case_id}/transitions", response_model=schemas.Case)
async def move_case(
    case_id: UUID,
    wanted: schemas.NewState,
    expected: Precondition,
    request: Request,
    response: Response,
    tx: Annotated[Transaction, allowed("cases:write")],
) -> dict[str, Any]:
    """Take a case to its next state; what the county decides needs cases:approve."""
    if wanted.to not in TRANSITIONS:
        raise UnknownWord(errors=[FieldError("/to", "state_unknown", "没有这个状态")])
    await service.move(tx, case_id, wanted, expected, request.state.caller.scopes)
    return await _described(tx, case_id, response)


@router.post("/v1/events", status_code=204, response_class=Response)
async def receive_event(event: CloudEvent, tx: Annotated[Transaction, allowed("events:deliver")]) -> Response:
    """Events of our other services; each has effect once."""
    await confirmed_tasks.receive(tx, event)
    return Response(status_code=204)


async def _described(tx: Transaction, case_id: UUID, response: Response) -> dict[str, Any]:
    found = await service.describe(tx, case_id)
    tagged(response, found["version"])
    return found
