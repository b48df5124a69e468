"""Filed warnings."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.warning_api.comparison.rules import RESULTS
from services.warning_api.counting.rows import CONDITIONS
from services.warning_api.cycles.indicators import catalogue
from services.warning_api.cycles.schemas import CycleCode
from services.warning_api.filing import corrections, schemas, service
from services.warning_api.filing.repository import WarningFilter
from services.warning_api.filing.rules import DEPARTMENT, OTHER_ORIGINS, STATES
from shared.auth.caller import EVERY_ORGANISATION
from shared.db import Transaction
from shared.identifiers.regions import region_range
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import tagged
from shared.runtime.route import allowed
from shared.runtime.schema import Code, RegionCode

router = make_router("warnings")


@router.get("/v1/warnings", response_model=Page[schemas.Filed])
async def list_warnings(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("warnings:read")],
    cycle: CycleCode | None = None,
    state: Annotated[str | None, Query(pattern=f"^({'|'.join(STATES)})$")] = None,
    indicator: str | None = None,
    region: RegionCode | None = None,
    match: Annotated[str | None, Query(pattern=f"^({'|'.join(RESULTS)})$")] = None,
    origin: Annotated[str | None, Query(pattern=f"^({'|'.join((DEPARTMENT, *OTHER_ORIGINS))})$")] = None,
    org: Code | None = None,
    household_type: Code | None = None,
    risk_type: Code | None = None,
    unplaced: bool = False,
    counted_as: Annotated[str | None, Query(pattern=f"^({'|'.join(CONDITIONS)})$")] = None,
) -> dict[str, Any]:
    """Warnings: a department's own and those that need it, a township's dispatched ones, all for the county. What
    came in another way than from a department is shown where ``origin`` asks for it, or a department is needed.
    ``counted_as``: those that make up this number of the statistics."""
    if origin is None and tx.reach.org == EVERY_ORGANISATION:
        origin = DEPARTMENT
    bounds = region_range(region) if region else None
    of_risk = None
    if risk_type is not None:
        # What no department has warned of names the risk itself.
        of_risk = [risk_type, *(i.code for i in (await catalogue(tx)).indicators if i.risk_type == risk_type)]
    wanted = WarningFilter(
        cycle,
        state,
        indicator,
        bounds,
        match,
        None,
        origin,
        org,
        household_type,
        of_risk,
        unplaced,
        counted_as,
    )
    return await service.list_warnings(tx, wanted, paging)


@router.get("/v1/warnings/{warning_id}", response_model=schemas.FiledWithEntries)
async def read_warning(
    warning_id: UUID, response: Response, tx: Annotated[Transaction, allowed("warnings:read")]
) -> dict[str, Any]:
    """A warning as it was filed, and the entries that correct or withdraw it."""
    found = await service.read_warning(tx, warning_id)
    tagged(response, found["version"])
    return found


@router.post(
    "/v1/warnings/{warning_id}/corrections", status_code=201, response_model=schemas.FiledWithEntries
)
async def correct_warning(
    warning_id: UUID,
    body: schemas.CorrectionIn,
    response: Response,
    tx: Annotated[Transaction, allowed("batches:write")],
) -> dict[str, Any]:
    """The department says what of its record was wrong; what was filed stays."""
    found = await corrections.correct(tx, warning_id, body)
    tagged(response, found["version"])
    return found


@router.post("/v1/warnings/{warning_id}/withdrawal", status_code=201, response_model=schemas.FiledWithEntries)
async def withdraw_warning(
    warning_id: UUID,
    body: schemas.WithdrawalIn,
    response: Response,
    tx: Annotated[Transaction, allowed("batches:write")],
) -> dict[str, Any]:
    """The department takes its record back."""
    found = await corrections.withdraw(tx, warning_id, body.reason)
    tagged(response, found["version"])
    return found
