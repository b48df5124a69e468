"""What a household earned, who changed it, and what happened in its life."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Response

from services.household_api.registry import incomes, joining, life, life_schemas, schemas, service
from services.household_api.registry.endpoints import as_id, described
from shared.db import Transaction
from shared.pagination import Page, PageQuery, page
from shared.pagination.cursors import InvalidCursor
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition
from shared.runtime.route import allowed

router = make_router("registry")

#: Of a township within its own region, too.
Submitting = Annotated[Transaction, allowed("registry:submit")]
Reading = Annotated[Transaction, allowed("registry:read")]


@router.get("/v1/households/{household_id}/history", response_model=Page[schemas.HouseholdVersion])
async def read_history(household_id: UUID, paging: PageQuery, tx: Reading) -> dict[str, Any]:
    """Every version of a household, the newest first: who made it, when and why."""
    found = await service.history(tx, household_id, paging.after_number() or None, paging.limit)
    return page(found, paging, lambda row: [row["version"]])


@router.get("/v1/households/{household_id}/incomes", response_model=Page[schemas.IncomeRecord])
async def list_incomes(household_id: UUID, paging: PageQuery, tx: Reading) -> dict[str, Any]:
    """Income records, the newest first; of one date the last recorded counts."""
    day, after_id = paging.after_text(2)
    try:
        after = (None if day is None else date.fromisoformat(day), as_id(after_id))
    except ValueError as error:
        raise InvalidCursor() from error
    found = await incomes.list_incomes(tx, household_id, after, paging.limit)
    return page(found, paging, lambda row: [row["as_of"], row["id"]])


@router.post("/v1/households/{household_id}/incomes", status_code=201, response_model=schemas.IncomeRecord)
async def record_income(household_id: UUID, wanted: schemas.NewIncome, tx: Submitting) -> dict[str, Any]:
    """Add the income of the twelve months up to a day; a second record of that day corrects the first."""
    return await incomes.record(tx, household_id, wanted)


@router.post("/v1/households/{household_id}/splits", status_code=201, response_model=schemas.Household)
async def split(
    household_id: UUID,
    wanted: life_schemas.Split,
    expected: Precondition,
    response: Response,
    tx: Submitting,
) -> dict[str, Any]:
    """Members form a household of their own; answers the new one."""
    new_household = await life.split(tx, household_id, wanted, expected)
    response.headers["Location"] = f"/v1/households/{new_household}"
    return await described(tx, new_household, response)


@router.post("/v1/households/{household_id}/merges", response_model=schemas.Household)
async def merge(
    household_id: UUID,
    wanted: life_schemas.Merge,
    expected: Precondition,
    response: Response,
    tx: Submitting,
) -> dict[str, Any]:
    """Another household's members join this one; that household ends and stays in history."""
    await life.merge_households(tx, household_id, wanted, expected)
    return await described(tx, household_id, response)


@router.post("/v1/households/{household_id}/members", status_code=201, response_model=schemas.Household)
async def join(
    household_id: UUID,
    wanted: life_schemas.Join,
    expected: Precondition,
    response: Response,
    tx: Submitting,
) -> dict[str, Any]:
    """A birth, a marriage in, somebody who comes back."""
    await joining.join(tx, household_id, wanted, expected)
    return await described(tx, household_id, response)


@router.post("/v1/households/{household_id}/members/{person_id}/departures", response_model=schemas.Household)
async def depart(
    household_id: UUID,
    person_id: UUID,
    wanted: life_schemas.Departure,
    expected: Precondition,
    response: Response,
    tx: Submitting,
) -> dict[str, Any]:
    """A death, a marriage out, a moving away."""
    await life.depart(tx, household_id, person_id, wanted, expected)
    return await described(tx, household_id, response)


@router.post("/v1/households/{household_id}/moves", response_model=schemas.Household)
async def move(
    household_id: UUID,
    wanted: life_schemas.Move,
    expected: Precondition,
    response: Response,
    tx: Submitting,
) -> dict[str, Any]:
    """The whole household moves to another village of the county, or to another county."""
    await life.move(tx, household_id, wanted, expected)
    return await described(tx, household_id, response)
