"""Monthly progress reports."""

from typing import Annotated, Any, Literal

from fastapi import Response

from services.warning_api.cycles.schemas import CycleCode
from services.warning_api.progress_reports import schemas, service
from shared.db import Transaction
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import tagged
from shared.runtime.route import allowed

router = make_router("progress_reports")

Reader = Annotated[Transaction, allowed("progress_reports:read")]
Cycle = CycleCode | Literal["current"]


@router.get("/v1/progress-reports", response_model=Page[schemas.ReportLine])
async def list_reports(
    paging: PageQuery,
    tx: Reader,
    cycle: Cycle = "current",
    state: Literal["reported", "late", "missing", "due"] | None = None,
) -> dict[str, Any]:
    """Who has reported a month's progress and who has not; a township and a department see their own line."""
    return await service.list_reports(tx, cycle, state, paging)


@router.get("/v1/progress-reports/{cycle}/{reporter}", response_model=schemas.Report)
async def read_report(cycle: str, reporter: str, response: Response, tx: Reader) -> dict[str, Any]:
    """The last report of a unit."""
    return await _report(tx, cycle, reporter, response)


@router.put("/v1/progress-reports/{cycle}/{reporter}", response_model=schemas.Report)
async def report(
    cycle: str,
    reporter: str,
    told: schemas.ReportIn,
    response: Response,
    tx: Annotated[Transaction, allowed("progress_reports:write")],
) -> dict[str, Any]:
    """A unit reports its progress; ``reporter`` is the township's code or the department's. Sent again it is the next
    version; the first decides whether it came in time."""
    await service.report(tx, cycle, reporter, told)
    return await _report(tx, cycle, reporter, response)


async def _report(tx: Transaction, cycle: str, reporter: str, response: Response) -> dict[str, Any]:
    found = await service.describe(tx, cycle, reporter)
    tagged(response, found["version"])
    return found
