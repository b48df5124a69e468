"""Households and persons."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.household_api.assistance import service as assistance
from services.household_api.monitoring import service as monitoring
from services.household_api.registry import changes, incomes, schemas, service
from services.household_api.registry.repository import Filters
from shared.db import Transaction
from shared.pagination import Page, PageQuery, page
from shared.pagination.cursors import InvalidCursor
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.purpose import Purpose
from shared.runtime.route import allowed
from shared.runtime.schema import RegionCode

router = make_router("registry")


def as_id(text: str | None) -> UUID | None:
    """The id in a cursor; refuses a cursor of another list."""
    try:
        return None if text is None else UUID(text)
    except ValueError as error:
        raise InvalidCursor() from error


@router.get("/v1/households", response_model=Page[schemas.HouseholdInList])
async def list_households(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("registry:read")],
    region: RegionCode | None = None,
    household_type: Annotated[str | None, Query(max_length=64)] = None,
    monitoring_type: Annotated[str | None, Query(max_length=64)] = None,
    household_no: Annotated[str | None, Query(max_length=64)] = None,
    ended: bool = False,
) -> dict[str, Any]:
    """Households by region; ``region`` means this region and all below it, ``ended`` those of the past too."""
    after_region, after_id = paging.after_text(2)
    found = await service.list_households(
        tx,
        Filters(region, household_type, monitoring_type, household_no, ended),
        (after_region, as_id(after_id)),
        paging.limit,
    )
    return page(found, paging, lambda row: [row["region_code"], row["id"]])


@router.post("/v1/households", status_code=201, response_model=schemas.Household)
async def register_household(
    household: schemas.NewHousehold,
    response: Response,
    tx: Annotated[Transaction, allowed("registry:write")],
) -> dict[str, Any]:
    """Register one household with its members."""
    standing = household.model_dump(exclude={"members"})
    household_id = await service.register(tx, standing, household.members)
    response.headers["Location"] = f"/v1/households/{household_id}"
    return await described(tx, household_id, response)


@router.get("/v1/households/{household_id}", response_model=schemas.Household)
async def read_household(
    household_id: UUID,
    purpose: Purpose,
    response: Response,
    tx: Annotated[Transaction, allowed("registry:read")],
    at: Annotated[str | None, Query(max_length=40)] = None,
) -> dict[str, Any]:
    """A household with members and monitoring, now or ``at`` a date or instant."""
    return await described(tx, household_id, response, at, purpose.value)


@router.patch("/v1/households/{household_id}", response_model=schemas.Household)
async def change_household(
    household_id: UUID,
    wanted: schemas.HouseholdChange,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("registry:write")],
) -> dict[str, Any]:
    """Correct a household or its members; former states stay readable with ``at``."""
    await changes.change(tx, household_id, wanted, expected)
    return await described(tx, household_id, response)


@router.post("/v1/searches", response_model=Page[schemas.Found])
async def search(
    wanted: schemas.Search,
    purpose: Purpose,
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("pii:read", reads=True)],
) -> dict[str, Any]:
    """Persons by ID number, or by name and birth date. Needs a purpose, and is audited."""
    (after,) = paging.after_text()
    found = await service.search(tx, wanted, purpose.required(), as_id(after), paging.limit)
    return page(found, paging, lambda row: [row["person"]["id"]])


async def described(
    tx: Transaction,
    household_id: UUID,
    response: Response,
    at: str | None = None,
    purpose: str | None = None,
) -> dict[str, Any]:
    """A household as it is answered, with its ETag."""
    instant = None if at is None else service.read_at(at)
    found = await service.describe(tx, household_id, instant, purpose)
    cases = await monitoring.cases_of(tx, household_id, instant)
    tagged(response, found["version"])
    income = (await incomes.latest(tx, [household_id], instant)).get(household_id)
    return {
        **found,
        "per_capita_income": income.per_head if income else None,
        "income_as_of": income.as_of if income else None,
        "monitoring": {
            "monitored": service.is_monitored(
                found["monitoring_type"], risk_eliminated=found["risk_eliminated"]
            ),
            "monitoring_type": found["monitoring_type"],
            "risk_eliminated": found["risk_eliminated"],
            "cases": cases,
        },
        "plan": await assistance.plan_of_household(tx, [case["id"] for case in cases], instant),
    }
