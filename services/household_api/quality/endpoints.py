"""Doubtful data by rule: screenings, findings, what became of them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Header, Query, Response

from services.household_api.quality import repository, schemas, screening, service
from services.household_api.quality.findings_sheet import findings_sheet
from services.household_api.quality.repository import By, Filters
from shared.db import Transaction
from shared.pagination import Page, PageQuery, page
from shared.pagination.cursors import InvalidCursor
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.route import allowed
from shared.runtime.schema import RegionCode
from shared.runtime.tables import table_response
from shared.tables.content_types import negotiate

router = make_router("quality")

Severity = Literal["error", "warning", "hint"]
Responsible = Literal["village", "township", "county"]
Reader = Annotated[Transaction, allowed("quality:read")]


@router.get("/v1/quality/rules", response_model=Page[schemas.RuleOut])
async def list_rules(paging: PageQuery, tx: Reader) -> dict[str, Any]:
    """Every rule with its severity, its explanation and its policy."""
    (after,) = paging.after_text()
    return page(service.rules_after(after, paging.limit), paging, lambda rule: [rule["code"]])


@router.post("/v1/quality/screenings", status_code=201, response_model=schemas.Screening)
async def screen(
    wanted: schemas.NewScreening,
    response: Response,
    tx: Annotated[Transaction, allowed("quality:write")],
) -> dict[str, Any]:
    """Try the rules on a region now; a large one is screened by the worker (``state`` tells)."""
    screening_id = await screening.ask(tx, wanted.region, wanted.rules)
    response.headers["Location"] = f"/v1/quality/screenings/{screening_id}"
    return await _screening(tx, screening_id, response)


@router.get("/v1/quality/screenings", response_model=Page[schemas.Screening])
async def list_screenings(paging: PageQuery, tx: Reader) -> dict[str, Any]:
    """Screenings, the newest first."""
    rows = await repository.list_screenings(tx, paging.after_id(), paging.limit)
    return page(rows, paging, lambda row: [row["id"]])


@router.get("/v1/quality/screenings/{screening_id}", response_model=schemas.Screening)
async def read_screening(screening_id: UUID, response: Response, tx: Reader) -> dict[str, Any]:
    """Where a screening stands, and what it found."""
    return await _screening(tx, screening_id, response)


@router.get("/v1/quality/findings", response_model=Page[schemas.Finding])
async def list_findings(
    paging: PageQuery,
    tx: Reader,
    rule: Annotated[str | None, Query(max_length=64)] = None,
    severity: Severity | None = None,
    state: Annotated[str | None, Query(max_length=64)] = None,
    region: RegionCode | None = None,
    household_id: UUID | None = None,
    responsible: Responsible | None = None,
    overdue: bool = False,
    accept: Annotated[str | None, Header()] = None,
) -> Any:
    """Findings by region; without ``state`` all that are not closed. As XLSX or CSV the whole list to work
    through."""
    filters = Filters(rule, severity, state, region, household_id, responsible, overdue)
    kind = negotiate(accept, ("json", "xlsx", "csv"))
    if kind == "xlsx" or kind == "csv":
        found = await service.findings_for_sheet(tx, filters)
        return await table_response(kind, findings_sheet(found), "quality-findings")
    after_region, after_id = paging.after_text(2)
    try:
        after = (after_region, None if after_id is None else UUID(after_id))
    except ValueError as error:
        raise InvalidCursor() from error
    listed = await service.list_findings(tx, filters, after, paging.limit)
    return page(listed, paging, lambda row: [row["region_code"], row["id"]])


@router.get("/v1/quality/findings/{finding_id}", response_model=schemas.FindingInFull)
async def read_finding(finding_id: UUID, response: Response, tx: Reader) -> dict[str, Any]:
    """A finding with its rule and what became of it."""
    return await _finding(tx, finding_id, response)


@router.post("/v1/quality/findings/{finding_id}/transitions", response_model=schemas.FindingInFull)
async def move_finding(
    finding_id: UUID,
    wanted: schemas.NewState,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("quality:write")],
) -> dict[str, Any]:
    """``corrected`` or ``explained`` by the place responsible; ``accepted`` or back to ``open`` by the county.

    What is called corrected is checked by the next screening: gone it is closed, found again it is open.
    """
    await service.move(tx, finding_id, wanted, expected)
    return await _finding(tx, finding_id, response)


@router.get("/v1/quality/statistics", response_model=Page[schemas.StatisticsRow])
async def read_statistics(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("quality:read")],
    by: By = "rule",
    region: RegionCode | None = None,
) -> dict[str, Any]:
    """How many were found, answered, closed, and are overdue, by rule, township or severity."""
    (after,) = paging.after_text()
    rows = await service.statistics(tx, by, region, after, paging.limit)
    return page(rows, paging, lambda row: [row["key"]])


async def _screening(tx: Transaction, screening_id: UUID, response: Response) -> dict[str, Any]:
    found = await screening.describe(tx, screening_id)
    tagged(response, found["version"])
    return found


async def _finding(tx: Transaction, finding_id: UUID, response: Response) -> dict[str, Any]:
    found = await service.describe(tx, finding_id)
    tagged(response, found["version"])
    return found
