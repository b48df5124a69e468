"""Guarantee ledgers: dropout prevention, medical insurance, dangerous housing, drinking water."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Request, Response

from services.household_api.guarantees import schemas, service
from services.household_api.guarantees.repository import Filters
from shared.db import Transaction
from shared.pagination import Page, PageQuery, page
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.route import allowed
from shared.runtime.schema import RegionCode

router = make_router("guarantees")


@router.get("/v1/guarantees", response_model=Page[schemas.EntryInList])
async def list_entries(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("cases:read")],
    kind: schemas.Kind | None = None,
    state: schemas.State | None = None,
    org_code: Annotated[str | None, Query(max_length=64)] = None,
    region: RegionCode | None = None,
    household_id: UUID | None = None,
    overdue: bool = False,
) -> dict[str, Any]:
    """The entries of the ledgers, the newest first."""
    filters = Filters(kind, state, org_code, region, household_id, overdue)
    found = await service.list_entries(tx, filters, paging.after_id(), paging.limit)
    return page(found, paging, lambda row: [row["id"]])


@router.post("/v1/guarantees", status_code=201, response_model=schemas.Entry)
async def enter(
    wanted: schemas.NewEntry, response: Response, tx: Annotated[Transaction, allowed("cases:write")]
) -> dict[str, Any]:
    """Enter what is not secured; what was crossed off and recurs is opened again under its id."""
    entry_id = await service.enter(tx, wanted)
    response.headers["Location"] = f"/v1/guarantees/{entry_id}"
    return await _described(tx, entry_id, response)


@router.get("/v1/guarantees/statistics", response_model=Page[schemas.Count])
async def statistics(
    tx: Annotated[Transaction, allowed("cases:read")],
    by: Literal["department", "township"] = "department",
    region: RegionCode | None = None,
) -> dict[str, Any]:
    """How many entries stand where, by ledger and department or township."""
    return {"items": await service.statistics(tx, by, region), "next_cursor": None}


@router.post("/v1/guarantees/refreshes", response_model=schemas.Refreshed)
async def refresh(tx: Annotated[Transaction, allowed("cases:write")]) -> dict[str, int]:
    """Open what the registry says is not secured, in the caller's reach; done every night as well."""
    return await service.refresh(tx)


@router.get("/v1/guarantees/{entry_id}", response_model=schemas.Entry)
async def read_entry(
    entry_id: UUID, response: Response, tx: Annotated[Transaction, allowed("cases:read")]
) -> dict[str, Any]:
    """An entry with every step."""
    return await _described(tx, entry_id, response)


@router.post("/v1/guarantees/{entry_id}/actions", status_code=201, response_model=schemas.Entry)
async def act(
    entry_id: UUID,
    wanted: schemas.NewAction,
    response: Response,
    tx: Annotated[Transaction, allowed("cases:write")],
) -> dict[str, Any]:
    """Note what was done about it."""
    await service.act(tx, entry_id, wanted)
    return await _described(tx, entry_id, response)


@router.post("/v1/guarantees/{entry_id}/crossing-off", response_model=schemas.Entry)
async def cross_off(
    entry_id: UUID,
    wanted: schemas.CrossingOff,
    expected: Precondition,
    request: Request,
    response: Response,
    tx: Annotated[Transaction, allowed("cases:write")],
) -> dict[str, Any]:
    """Cross off what is solved (销号), with the evidence; needs cases:approve and somebody who has not acted."""
    await service.cross_off(tx, entry_id, wanted, expected, request.state.caller.scopes)
    return await _described(tx, entry_id, response)


async def _described(tx: Transaction, entry_id: UUID, response: Response) -> dict[str, Any]:
    found = await service.describe(tx, entry_id)
    tagged(response, found["version"])
    return found
