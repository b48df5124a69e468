"""Monitoring cases, and the events that open them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from services.household_api.assistance import service as assistance
from services.household_api.assistance.elimination import judge_transition
from services.household_api.monitoring import (
    confirmed_tasks,
    cross_checks,
    notices,
    schemas,
    service,
    statistics,
)
from services.household_api.monitoring.errors import UnknownWord
from services.household_api.monitoring.rules import TRANSITIONS
from shared.contracts.events import CloudEvent
from shared.db import Transaction
from shared.errors import FieldError
from shared.pagination import Page, PageQuery, page
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.route import allowed, in_reach
from shared.runtime.schema import Code, Day, RegionCode
from shared.runtime.tables import TABLE_BODY, received_table

router = make_router("cases")


def _wanted(
    state: Annotated[str | None, Query(max_length=64)] = None,
    region: RegionCode | None = None,
    household_id: UUID | None = None,
    monitoring_type: Annotated[str | None, Query(max_length=64)] = None,
    due_before: Annotated[Day | None, Query(description="有期限早于这一天的案件")] = None,
    overdue: Annotated[bool | None, Query(description="有期限已过的案件")] = None,
    clock: Annotated[
        str | None, Query(max_length=64, description="只看这一种期限：approval、papers、plan")
    ] = None,
) -> service.Filters:
    return service.Filters(state, region, household_id, due_before, overdue, clock, monitoring_type)


Wanted = Annotated[service.Filters, Depends(_wanted)]


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
    paging: PageQuery, wanted: Wanted, tx: Annotated[Transaction, allowed("cases:read")]
) -> dict[str, Any]:
    """Cases, the newest first."""
    found = await service.list_cases(tx, wanted, paging.after_id(), paging.limit)
    return page(found, paging, lambda row: [row["id"]])


@router.get("/v1/cases/statistics", response_model=Page[schemas.CaseCount])
async def count_cases(
    paging: PageQuery,
    wanted: Wanted,
    tx: Annotated[Transaction, allowed("cases:read")],
    by: statistics.By = "township",
) -> dict[str, Any]:
    """The cases of the list, counted."""
    (after,) = paging.after_text()
    found = await statistics.count_cases(tx, wanted, by, after, paging.limit)
    return page(found, paging, lambda row: [row["key"]])


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
    await service.move(tx, case_id, wanted, expected, request.state.caller.scopes, judge=judge_transition)
    return await _described(tx, case_id, response)


@router.get("/v1/notices/{region_code}", response_model=schemas.PrintedNotice)
async def read_notice(
    region_code: RegionCode,
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("cases:read")],
    on: Day | None = None,
) -> dict[str, Any]:
    """The public notice of a village (or of all below a region) on a day (today), ready to print."""
    in_reach(tx, region_code)
    day = on or tx.today
    found = await notices.noticed(tx, region_code, day, paging.after_id(), paging.limit)
    shown = page(found, paging, lambda row: [row["id"]])
    return {**shown, **await notices.printed(tx, region_code, day, shown["items"])}


@router.post("/v1/cases/{case_id}/objections", status_code=201, response_model=schemas.Case)
async def raise_objection(
    case_id: UUID,
    wanted: schemas.NewObjection,
    response: Response,
    tx: Annotated[Transaction, allowed("cases:write")],
) -> dict[str, Any]:
    """Record what somebody says against a case while it is on notice."""
    await notices.raise_objection(tx, case_id, wanted)
    return await _described(tx, case_id, response)


@router.post("/v1/cases/{case_id}/objections/{objection_id}/decision", response_model=schemas.Case)
async def answer_objection(
    case_id: UUID,
    objection_id: UUID,
    wanted: schemas.Finding,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("cases:write")],
) -> dict[str, Any]:
    """Say whether an objection is right. An upheld one lets the case go no further than back."""
    await notices.answer_objection(tx, case_id, objection_id, wanted, expected)
    return await _described(tx, case_id, response)


@router.post("/v1/cross-checks", status_code=201, response_model=schemas.CrossCheck, openapi_extra=TABLE_BODY)
async def take_in_cross_check(
    request: Request,
    response: Response,
    tx: Annotated[Transaction, allowed("cross_checks:write", streams=True)],
    source: Annotated[Code, Query(description="提供数据的单位，如 市场监管局")],
    checked_on: Day | None = None,
) -> Any:
    """What another body knows of vehicles, companies, property: 身份证号, 类别, 内容, 登记日期.

    The same table again answers 200 and changes nothing.
    """
    content_type, body = await received_table(request, tx)
    with body:
        check_id, new = await cross_checks.take_in(tx, body, content_type, source, checked_on)
    response.status_code = 201 if new else 200
    (found,) = await cross_checks.list_checks(tx, check_id, None, 1)
    return found


@router.get("/v1/cross-checks", response_model=Page[schemas.CrossCheck])
async def list_cross_checks(
    paging: PageQuery, tx: Annotated[Transaction, allowed("cross_checks:write")]
) -> dict[str, Any]:
    """What was taken in, the newest first."""
    found = await cross_checks.list_checks(tx, None, paging.after_id(), paging.limit)
    return page(found, paging, lambda row: [row["id"]])


@router.post("/v1/events", status_code=204, response_class=Response)
async def receive_event(event: CloudEvent, tx: Annotated[Transaction, allowed("events:deliver")]) -> Response:
    """Events of our other services; each has effect once."""
    await confirmed_tasks.receive(tx, event)
    return Response(status_code=204)


async def _described(tx: Transaction, case_id: UUID, response: Response) -> dict[str, Any]:
    found = await service.describe(tx, case_id)
    tagged(response, found["version"])
    return {**found, "plan": await assistance.summary(tx, case_id, found["period"])}
