"""Cycles, nil reports and the catalogue of indicators."""

from typing import Annotated, Any

from fastapi import Response

from services.warning_api.cycles import schemas, service
from services.warning_api.cycles.indicators import catalogue
from services.warning_api.cycles.presentation import shown
from shared.db import Transaction
from shared.pagination import Page, PageQuery, page
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.route import allowed

router = make_router("cycles")


@router.get("/v1/cycles/{cycle}", response_model=schemas.Cycle)
async def read_cycle(
    cycle: str, response: Response, tx: Annotated[Transaction, allowed("cycles:read")]
) -> dict[str, Any]:
    """The window of a month and which departments have pushed; ``current`` is the month of today."""
    found = await service.describe(tx, cycle)
    tagged(response, found["version"])
    return shown(tx, found)


@router.patch("/v1/cycles/{cycle}", response_model=schemas.Cycle)
async def edit_cycle(
    cycle: str,
    change: schemas.CycleEdit,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("cycles:write")],
) -> dict[str, Any]:
    """Move the dates of a month, or reopen it for one department with a reason."""
    found = await service.edit(tx, cycle, change, expected)
    tagged(response, found["version"])
    return shown(tx, found)


@router.post("/v1/nil-reports", status_code=201, response_model=schemas.NilReport)
async def file_nil_report(
    report: schemas.NilReportIn, tx: Annotated[Transaction, allowed("batches:write")]
) -> dict[str, Any]:
    """A department with nothing to report says so."""
    return await service.file_nil_report(tx, report.cycle)


@router.get("/v1/indicators", response_model=Page[schemas.Indicator])
async def list_indicators(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("indicators:read")],
    org_code: str | None = None,
) -> dict[str, Any]:
    """The warning indicators of each department with their thresholds by household type."""
    (after,) = paging.after_text()
    found = [
        {
            "code": i.code,
            "org_code": i.org_code,
            "name": i.name,
            "unit": i.unit,
            "thresholds": [
                {"household_type": kind, "amount": amount} for kind, amount in i.thresholds.items()
            ],
            "risk_type": i.risk_type,
        }
        for i in sorted((await catalogue(tx)).indicators, key=lambda i: i.code)
        if org_code in (None, i.org_code) and (after is None or i.code > after)
    ]
    return page(found[: paging.limit + 1], paging, lambda row: [row["code"]])
