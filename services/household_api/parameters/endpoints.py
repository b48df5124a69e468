"""Rules with a number, per county and period."""

from typing import Annotated, Any

from services.household_api.parameters import schemas, service
from shared.db import Transaction
from shared.pagination import Page, PageQuery, page
from shared.runtime.app import make_router
from shared.runtime.route import allowed
from shared.runtime.schema import Day

router = make_router("parameters")


@router.get("/v1/parameters", response_model=Page[schemas.ParameterInForce])
async def list_parameters(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("parameters:read")],
    on: Day | None = None,
) -> dict[str, Any]:
    """The version of each parameter in force today, or ``on`` a day; of what is not set so far, what it may be."""
    (after,) = paging.after_text()
    rows = await service.in_force(tx, on or tx.today, after, paging.limit)
    return page(rows, paging, lambda row: [row["name"]])


@router.get("/v1/parameters/{name}/versions", response_model=Page[schemas.ParameterVersion])
async def list_versions(
    name: str, paging: PageQuery, tx: Annotated[Transaction, allowed("parameters:read")]
) -> dict[str, Any]:
    """Every version of one parameter with its period, the newest first."""
    rows = await service.versions_of(tx, name, paging.after_number() or None, paging.limit)
    return page(rows, paging, lambda row: [row["version"]])


@router.put("/v1/parameters", response_model=schemas.SetVersion)
async def set_parameter(
    wanted: schemas.NewVersion, tx: Annotated[Transaction, allowed("parameters:write")]
) -> dict[str, Any]:
    """A new version of one parameter, valid from a day on; former versions stay readable.

    Where one begins on that day already, the new one takes its place (``replaces``).
    """
    return await service.set_parameter(tx, wanted)
