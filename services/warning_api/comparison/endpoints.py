"""Uncertain matches and their decisions."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Response

from services.warning_api.comparison import schemas, service
from services.warning_api.cycles.schemas import CycleCode
from shared.db import Transaction
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.route import allowed

router = make_router("candidates")


@router.get("/v1/candidates", response_model=Page[schemas.Candidate])
async def list_candidates(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("candidates:read")],
    cycle: CycleCode | None = None,
) -> dict[str, Any]:
    """Warnings whose person could not be matched for certain, with the reasons and scores."""
    return await service.list_candidates(tx, cycle, paging)


@router.post("/v1/candidates/{warning_id}/decision", response_model=schemas.Decided)
async def decide_candidate(
    warning_id: UUID,
    decision: schemas.Decision,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("candidates:write")],
) -> dict[str, Any]:
    """Who it is: one of the options, or null for nobody in the registry."""
    decided = await service.decide_candidate(tx, warning_id, decision.person_id, expected)
    tagged(response, decided["version"])
    return decided
