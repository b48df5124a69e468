"""Imports of the registry."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Query, Request, Response
from fastapi.responses import JSONResponse

from services.household_api.imports import review, schemas, service
from services.household_api.imports.rules import State
from shared.db import Transaction
from shared.pagination import Page, PageQuery, page
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.purpose import Purpose
from shared.runtime.route import allowed
from shared.runtime.schema import Day
from shared.runtime.tables import TABLE_BODY, received_table, xlsx_response
from shared.tables.content_types import negotiate
from shared.tables.rejected import rejected_sheet
from shared.tables.writing import MOST_ROWS

router = make_router("imports")


@router.post(
    "/v1/imports",
    status_code=201,
    response_model=schemas.Import,
    responses={200: {"model": schemas.DryRun}},
    openapi_extra=TABLE_BODY,
)
async def import_registry(
    request: Request,
    response: Response,
    tx: Annotated[Transaction, allowed("imports:write", streams=True)],
    purpose: Purpose,
    dry_run: bool = False,
    layout: Annotated[str | None, Query(max_length=40, description="文件格式；不填则由表头认出")] = None,
    as_of: Annotated[Day | None, Query(description="文件中的收入截至哪一天")] = None,
) -> Any:
    """A row per person. Importing again changes only what differs; ``dry_run`` only tells what would change, with the
    rejected rows in full where a purpose is stated."""
    content_type, body = await received_table(request, tx)
    with body:
        sent = service.Sent(body, content_type, layout, as_of)
        if dry_run:
            tried = schemas.DryRun(**await service.try_out(tx, sent, purpose.value))
            return JSONResponse(tried.model_dump(mode="json"))
        import_id = await service.take_in(tx, sent)
    response.headers["Location"] = f"/v1/imports/{import_id}"
    return await _described(tx, import_id, response)


@router.get("/v1/imports", response_model=Page[schemas.Import])
async def list_imports(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("imports:write")],
    state: Annotated[State | None, Query(description="如 review：等待另一名人员复核的")] = None,
) -> Any:
    """Imports, the newest first."""
    found = await service.list_imports(tx, state, paging.after_id(), paging.limit)
    return page(found, paging, lambda row: [row["id"]])


@router.get("/v1/imports/{import_id}", response_model=schemas.Import)
async def read_import(
    import_id: UUID, response: Response, tx: Annotated[Transaction, allowed("imports:write")]
) -> Any:
    """Where an import stands."""
    return await _described(tx, import_id, response)


@router.get("/v1/imports/{import_id}/rejects", response_model=Page[schemas.Reject])
async def list_rejects(
    import_id: UUID,
    paging: PageQuery,
    purpose: Purpose,
    tx: Annotated[Transaction, allowed("imports:write")],
    accept: Annotated[str | None, Header()] = None,
) -> Any:
    """Rejected rows with their reasons; as XLSX all of them, ready to correct and import again."""
    if negotiate(accept, ("json", "xlsx")) == "xlsx":
        found = await service.rejects(tx, import_id, 0, MOST_ROWS - 2, purpose.value)
        sheet = rejected_sheet(await service.reject_columns(tx, import_id), found)
        return await xlsx_response([sheet], f"rejects-{import_id}.xlsx")
    listed = await service.rejects(tx, import_id, paging.after_number(), paging.limit, purpose.value)
    return page(listed, paging, lambda reject: [reject["line"]])


@router.post("/v1/imports/{import_id}/approval", response_model=schemas.Import)
async def approve_import(
    import_id: UUID,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("imports:write")],
) -> Any:
    """Another officer lets a large import be applied."""
    await review.approve(tx, import_id, expected)
    return await _described(tx, import_id, response)


@router.post("/v1/imports/{import_id}/refusal", response_model=schemas.Import)
async def refuse_import(
    import_id: UUID,
    given: schemas.RefusalIn,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("imports:write")],
) -> Any:
    """Another officer refuses a large import: nothing of it comes into the registry."""
    await review.refuse(tx, import_id, expected, given.reason)
    return await _described(tx, import_id, response)


@router.get("/v1/imports/{import_id}/changes", response_model=Page[schemas.RowChange])
async def list_changes(
    import_id: UUID,
    paging: PageQuery,
    purpose: Purpose,
    tx: Annotated[Transaction, allowed("imports:write")],
) -> Any:
    """What an import that waits for review would add and change, by line."""
    listed = await review.changes(tx, import_id, paging.after_number(), paging.limit, purpose.value)
    return page(listed, paging, lambda change: [change["line"]])


async def _described(tx: Transaction, import_id: UUID, response: Response) -> Any:
    found = await service.describe(tx, import_id)
    tagged(response, found["version"])
    return found
