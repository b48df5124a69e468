"""Uncertain matches and their decisions."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Response

from services.warning_api.comparison import schemas, service
from services.warning_api.cycles.schemas import CycleCode
from services.warning_api.dispatch.schemas import ReasonIn
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
    decided: bool = False,
) -> dict[str, Any]:
    """Warnings whose person could not be matched for certain, with the reasons and scores; those that wait for
    a decision, or with ``decided=true`` those that have one."""
    return await service.list_candidates(tx, cycle, paging, decided=decided)


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


@router.post("/v1/candidates/{warning_id}/undo", response_model=schemas.Undone)
async def undo_decision(
    warning_id: UUID,
    body: ReasonIn,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("candidates:write")],
) -> dict[str, Any]:
    """The decision was wrong: as long as nobody has visited, the warning leaves its task and is open again."""
    undone = await service.undo_decision(tx, warning_id, body.reason, expected)
    tagged(response, undone["version"])
    return undone
