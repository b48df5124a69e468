"""Elimination checks and proposals; what the national system says."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Response

from services.household_api.assistance import elimination, elimination_notices, national
from services.household_api.assistance import elimination_schemas as schemas
from services.household_api.monitoring.schemas import PrintedNotice
from shared.db import Transaction
from shared.pagination import Page, PageQuery, page
from shared.runtime.app import make_router
from shared.runtime.route import allowed, in_reach
from shared.runtime.schema import Day, RegionCode

#: Before the routes of one case: their paths would be read as a case's id.
router = make_router("elimination")

ReadCases = Annotated[Transaction, allowed("cases:read")]
WriteCases = Annotated[Transaction, allowed("cases:write")]


@router.get("/v1/cases/elimination-proposals", response_model=Page[schemas.Proposal])
async def list_proposals(
    paging: PageQuery, tx: ReadCases, region: RegionCode | None = None
) -> dict[str, Any]:
    """Cases all of whose criteria are met; households without labour are not proposed by rule."""
    found = await elimination.proposals(tx, region, paging.after_id(), paging.limit)
    return page(found, paging, lambda row: [row["case_id"]])


@router.get("/v1/cases/national-differences", response_model=Page[schemas.NationalDifference])
async def list_national_differences(
    paging: PageQuery, tx: ReadCases, region: RegionCode | None = None
) -> dict[str, Any]:
    """Households whose monitoring is not the same here and in the national system."""
    found = await national.differences(tx, region, paging.after_id(), paging.limit)
    return page(found, paging, lambda row: [row["household_id"]])


@router.post("/v1/cases/{case_id}/elimination-checks", status_code=201, response_model=schemas.Check)
async def check(
    case_id: UUID, response: Response, tx: WriteCases, wanted: schemas.NewCheck | None = None
) -> dict[str, Any]:
    """Judge each criterion from data, with its evidence; ``propose`` puts the elimination forward."""
    check_id = await elimination.check(tx, case_id, wanted or schemas.NewCheck())
    response.headers["Location"] = f"/v1/cases/{case_id}/elimination-checks/{check_id}"
    return await elimination.describe(tx, case_id, check_id)


@router.get("/v1/cases/{case_id}/elimination-checks", response_model=Page[schemas.Check])
async def list_checks(case_id: UUID, tx: ReadCases) -> dict[str, Any]:
    """The checks of a case, the newest first."""
    return {"items": await elimination.list_checks(tx, case_id), "next_cursor": None}


@router.get("/v1/cases/{case_id}/elimination-checks/{check_id}", response_model=schemas.Check)
async def read_check(case_id: UUID, check_id: UUID, tx: ReadCases) -> dict[str, Any]:
    """One check as it was judged then."""
    return await elimination.describe(tx, case_id, check_id)


@router.get("/v1/notices/{region_code}/eliminations", response_model=PrintedNotice)
async def read_elimination_notice(
    region_code: RegionCode, paging: PageQuery, tx: ReadCases, on: Day | None = None
) -> dict[str, Any]:
    """The public notice of the eliminations proposed in a region on a day (today), ready to print."""
    in_reach(tx, region_code)
    day = on or tx.today
    found = await elimination_notices.noticed(tx, region_code, day, paging.after_id(), paging.limit)
    shown = page(found, paging, lambda row: [row["id"]])
    return {**shown, **await elimination_notices.printed(tx, region_code, day, shown["items"])}


@router.put("/v1/cases/{case_id}/national-mark", response_model=schemas.Mark)
async def note_mark(case_id: UUID, wanted: schemas.NewMark, tx: WriteCases) -> dict[str, Any]:
    """Note that the household has been marked in the national system, and when."""
    await national.note_mark(tx, case_id, wanted)
    return await national.mark(tx, case_id)


@router.get("/v1/cases/{case_id}/national-mark", response_model=schemas.Mark)
async def read_mark(case_id: UUID, tx: ReadCases) -> dict[str, Any]:
    """What has been marked there last."""
    return await national.mark(tx, case_id)
