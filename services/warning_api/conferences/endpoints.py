"""Conferences as JSON, Word, PDF and workbook."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request, Response

from services.warning_api.conferences import schemas, service
from services.warning_api.cycles.quarters import QuarterCode
from shared.db import Transaction
from shared.documents import DOCUMENT_ANSWERS, document_response, wants_document
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, etag, tagged
from shared.runtime.route import allowed

router = make_router("conferences")

Reader = Annotated[Transaction, allowed("conferences:read")]
Writer = Annotated[Transaction, allowed("conferences:write")]


@router.post("/v1/conferences", status_code=201, response_model=schemas.Conference)
async def prepare_conference(wanted: schemas.ConferenceIn, response: Response, tx: Writer) -> dict[str, Any]:
    """The pack of a quarter: risks by kind and place against the last quarter and a year ago, what waits for
    departments, open problems, an agenda."""
    conference_id = await service.prepare(tx, wanted)
    response.headers["Location"] = f"/v1/conferences/{conference_id}"
    return await _conference(tx, conference_id, response)


@router.get("/v1/conferences", response_model=Page[schemas.ConferenceLine])
async def list_conferences(
    paging: PageQuery, tx: Reader, quarter: QuarterCode | None = None
) -> dict[str, Any]:
    return await service.list_conferences(tx, quarter, paging)


@router.get("/v1/conferences/{conference_id}", response_model=schemas.Conference, responses=DOCUMENT_ANSWERS)
async def read_conference(conference_id: UUID, request: Request, response: Response, tx: Reader) -> Any:
    """As JSON, Word, PDF or workbook, by Accept."""
    shown, document = await service.describe(tx, conference_id)
    form = wants_document(request)
    if form != "json":
        made = await document_response(form, document, f"conference-{shown['quarter']}")
        made.headers["ETag"] = etag(shown["version"])
        return made
    tagged(response, shown["version"])
    return shown


@router.patch("/v1/conferences/{conference_id}", response_model=schemas.Conference)
async def edit_conference(
    conference_id: UUID,
    change: schemas.ConferenceEdit,
    expected: Precondition,
    response: Response,
    tx: Writer,
) -> dict[str, Any]:
    """Agenda, the day it was held, and what it concluded; the figures anew until it has concluded anything."""
    await service.edit(tx, conference_id, change, expected)
    return await _conference(tx, conference_id, response)


async def _conference(tx: Transaction, conference_id: UUID, response: Response) -> dict[str, Any]:
    shown, _ = await service.describe(tx, conference_id)
    tagged(response, shown["version"])
    return shown
