"""Re-checks by sample."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Response

from services.warning_api.cycles.schemas import CycleCode
from services.warning_api.rechecks import schemas, service
from shared.db import Transaction
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.route import allowed

router = make_router("rechecks")


@router.post(
    "/v1/rechecks",
    status_code=201,
    response_model=schemas.RecheckDrawn | schemas.RecheckPlan,
    responses={200: {"model": schemas.RecheckPlan}},
)
async def draw(
    order: schemas.RecheckIn,
    response: Response,
    tx: Annotated[Transaction, allowed("rechecks:write")],
    dry_run: bool = False,
) -> dict[str, Any]:
    """Draw a share of each stratum of the month's answered tasks at random, and have them visited again by other
    officers, as tasks of origin ``recheck``. ``dry_run=true``: only say which (200)."""
    if dry_run:
        response.status_code = 200
        return await service.plan(tx, order)
    return await service.draw(tx, order)


@router.get("/v1/rechecks", response_model=Page[schemas.Recheck])
async def list_rechecks(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("rechecks:read")],
    cycle: CycleCode | None = None,
) -> dict[str, Any]:
    return await service.list_rechecks(tx, cycle, paging)


@router.get("/v1/rechecks/{recheck_id}", response_model=schemas.RecheckDrawn)
async def read_recheck(
    recheck_id: UUID, tx: Annotated[Transaction, allowed("rechecks:read")]
) -> dict[str, Any]:
    """The seed, what was drawn of what, and how many second visits agreed, by stratum."""
    return await service.read(tx, recheck_id)


@router.get("/v1/rechecks/{recheck_id}/tasks", response_model=Page[schemas.RecheckTask])
async def list_tasks(
    recheck_id: UUID, paging: PageQuery, tx: Annotated[Transaction, allowed("rechecks:read")]
) -> dict[str, Any]:
    """Each drawn task with what both visits found."""
    return await service.list_tasks(tx, recheck_id, paging)
