"""Screenings, and the townships' routine checks."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Request, Response

from services.warning_api.cycles.schemas import CycleCode
from services.warning_api.reports import routine_service, schemas, screenings
from shared.db import Transaction
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import tagged
from shared.runtime.route import allowed
from shared.runtime.schema import RegionCode
from shared.runtime.tables import TABLE_BODY, received_table, table_response
from shared.tables.content_types import negotiate, table_kind

router = make_router("screenings")


@router.post("/v1/screenings", status_code=201, response_model=schemas.Screening, openapi_extra=TABLE_BODY)
async def screen(
    request: Request, tx: Annotated[Transaction, allowed("screenings:write", streams=True)]
) -> Any:
    """Households that cadres have found, as JSON ``{"items": […]}``, NDJSON, CSV or XLSX; a verdict on each row. A
    table comes back with a column 处理结果 where ``Accept`` names one."""
    content_type, body = await received_table(request, tx)
    with body:
        filed, rows = await screenings.screen(tx, content_type, body)
    kind = negotiate(request.headers.get("accept"))
    if kind == "json" or table_kind(content_type) == "json":
        return filed
    answer = await table_response(kind, screenings.answered_sheet(rows, filed["items"]), "screening")
    answer.status_code = 201
    answer.headers["Location"] = f"/v1/screenings/{filed['id']}"
    return answer


@router.get("/v1/screenings/{screening_id}", response_model=schemas.ScreeningProgress)
async def read_screening(
    screening_id: UUID, response: Response, tx: Annotated[Transaction, allowed("screenings:write")]
) -> dict[str, Any]:
    """State ``filed → compared → dispatched → closed``, and the results of the comparison."""
    found = await screenings.read_screening(tx, screening_id)
    tagged(response, found["version"])
    return found


@router.put("/v1/routine-checks/{cycle}/{township_code}", response_model=schemas.RoutineCheck)
async def report_check(
    cycle: str,
    township_code: RegionCode,
    body: schemas.RoutineCheckIn,
    response: Response,
    tx: Annotated[Transaction, allowed("routine_checks:write")],
) -> dict[str, Any]:
    """The township's routine check of a month; ``found`` 0 is its zero report."""
    line = await routine_service.report_check(tx, cycle, township_code, body)
    tagged(response, line["version"])
    return line


@router.get("/v1/routine-checks/{cycle}/{township_code}", response_model=schemas.RoutineCheck)
async def read_check(
    cycle: str,
    township_code: RegionCode,
    response: Response,
    tx: Annotated[Transaction, allowed("routine_checks:read")],
) -> dict[str, Any]:
    line = await routine_service.read_check(tx, cycle, township_code)
    tagged(response, line["version"])
    return line


@router.get("/v1/routine-checks", response_model=Page[schemas.RoutineCheck])
async def list_checks(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("routine_checks:read")],
    cycle: CycleCode | Literal["current"] = "current",
) -> dict[str, Any]:
    """Every township in reach: who has reported, who is overdue."""
    return await routine_service.list_checks(tx, cycle, paging)
