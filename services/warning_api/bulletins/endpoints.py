"""Bulletins as JSON, Word and PDF."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import Response as AnyResponse

from services.warning_api.bulletins import schemas, service
from services.warning_api.bulletins.repository import Filters
from services.warning_api.cycles.quarters import QuarterCode
from services.warning_api.cycles.schemas import CycleCode
from shared.db import Transaction
from shared.documents import DOCUMENT_ANSWERS, document_response, wants_document
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, etag, tagged
from shared.runtime.route import allowed

router = make_router("bulletins")

Reader = Annotated[Transaction, allowed("bulletins:read")]
Writer = Annotated[Transaction, allowed("bulletins:write")]


@router.post("/v1/bulletins", status_code=201, response_model=schemas.Bulletin)
async def draft_bulletin(wanted: schemas.BulletinIn, response: Response, tx: Writer) -> dict[str, Any]:
    """Compose the bulletin of a month or a quarter from the statistics as they are now."""
    bulletin_id = await service.draft(tx, wanted)
    response.headers["Location"] = f"/v1/bulletins/{bulletin_id}"
    return await _bulletin(tx, bulletin_id, response)


@router.get("/v1/bulletins", response_model=Page[schemas.BulletinLine])
async def list_bulletins(
    paging: PageQuery,
    tx: Reader,
    kind: schemas.Kind | None = None,
    cycle: CycleCode | None = None,
    quarter: QuarterCode | None = None,
    state: Literal["draft", "issued"] | None = None,
) -> dict[str, Any]:
    """The county sees drafts too, others what was issued."""
    issued = None if state is None else state == "issued"
    return await service.list_bulletins(tx, Filters(kind, cycle or quarter, issued), paging)


@router.get("/v1/bulletins/{bulletin_id}", response_model=schemas.Bulletin, responses=DOCUMENT_ANSWERS)
async def read_bulletin(bulletin_id: UUID, request: Request, response: Response, tx: Reader) -> Any:
    """As JSON, Word, PDF or workbook, by Accept. Beyond the county's bureau small cells are hidden."""
    shown, document = await service.describe(tx, bulletin_id)
    form = wants_document(request)
    if form != "json":
        made: AnyResponse = await document_response(form, document, f"bulletin-{shown['period']}")
        made.headers["ETag"] = etag(shown["version"])
        return made
    tagged(response, shown["version"])
    return shown


@router.patch("/v1/bulletins/{bulletin_id}", response_model=schemas.Bulletin)
async def edit_bulletin(
    bulletin_id: UUID,
    change: schemas.BulletinEdit,
    expected: Precondition,
    response: Response,
    tx: Writer,
) -> dict[str, Any]:
    """The county's own words, or the numbers anew, while it is a draft."""
    await service.edit(tx, bulletin_id, change, expected)
    return await _bulletin(tx, bulletin_id, response)


@router.post("/v1/bulletins/{bulletin_id}/issue", response_model=schemas.Bulletin)
async def issue_bulletin(
    bulletin_id: UUID,
    wanted: schemas.IssueIn,
    expected: Precondition,
    response: Response,
    tx: Writer,
) -> dict[str, Any]:
    """By another officer than the one who wrote it: from now on it stays as it is."""
    await service.issue(tx, bulletin_id, wanted, expected)
    return await _bulletin(tx, bulletin_id, response)


async def _bulletin(tx: Transaction, bulletin_id: UUID, response: Response) -> dict[str, Any]:
    shown, _ = await service.describe(tx, bulletin_id)
    tagged(response, shown["version"])
    return shown
