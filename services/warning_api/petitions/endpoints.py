"""Petitions passed down from above."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Response

from services.warning_api.petitions import schemas, service
from services.warning_api.petitions.repository import Filters
from shared.db import Transaction
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.route import allowed
from shared.runtime.schema import Day, RegionCode

router = make_router("petitions")

Reader = Annotated[Transaction, allowed("petitions:read")]


@router.post("/v1/petitions", status_code=201, response_model=schemas.PetitionInFull)
async def receive_petition(
    petition: schemas.PetitionIn,
    response: Response,
    tx: Annotated[Transaction, allowed("petitions:receive")],
) -> dict[str, Any]:
    """The county files what province or city has passed down; with a region its township has it at once."""
    petition_id = await service.receive(tx, petition)
    response.headers["Location"] = f"/v1/petitions/{petition_id}"
    return await _petition(tx, petition_id, response)


@router.get("/v1/petitions", response_model=Page[schemas.Petition])
async def list_petitions(
    paging: PageQuery,
    tx: Reader,
    state: schemas.State | None = None,
    region: RegionCode | None = None,
    due_before: Day | None = None,
    overdue: bool = False,
) -> dict[str, Any]:
    """Petitions in the caller's places, what is due first on top."""
    return await service.list_petitions(tx, Filters(state, region, due_before, overdue), paging)


@router.get("/v1/petitions/{petition_id}", response_model=schemas.PetitionInFull)
async def read_petition(petition_id: UUID, response: Response, tx: Reader) -> dict[str, Any]:
    """A petition with everything that was done about it."""
    return await _petition(tx, petition_id, response)


@router.post("/v1/petitions/{petition_id}/transitions", response_model=schemas.PetitionInFull)
async def move_petition(
    petition_id: UUID,
    wanted: schemas.StepIn,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("petitions:write")],
) -> dict[str, Any]:
    """``checked``, ``handled``, ``answered`` by the township; ``passed``, ``returned``, ``closed`` by the county."""
    await service.move(tx, petition_id, wanted, expected)
    return await _petition(tx, petition_id, response)


async def _petition(tx: Transaction, petition_id: UUID, response: Response) -> dict[str, Any]:
    found = await service.describe(tx, petition_id)
    tagged(response, found["version"])
    return found
