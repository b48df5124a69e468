"""Imports of the registry."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Query, Request, Response
from fastapi.responses import JSONResponse

from services.household_api.imports import review, schemas, service
from shared.db import Transaction
from shared.pagination import Page, PageQuery, page
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.purpose import Purpose
from shared.runtime.route import allowed
from shared.runtime.tables import TABLE_BODY, received_table, xlsx_response
from shared.tables.content_types import negotiate
from shared.tables.words import LINE, REASONS
from shared.tables.writing import MOST_ROWS, OutColumn, OutSheet

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
    dry_run: bool = False,
    layout: Annotated[str | None, Query(max_length=40, description="文件格式；不填则由表头认出")] = None,
    as_of: Annotated[date | None, Query(description="文件中的收入截至哪一天")] = None,
) -> Any:
    """A row per person. Importing again changes only what differs; ``dry_run`` only tells what would change."""
    content_type, body = await received_table(request)
    with body:
        sent = service.Sent(body, content_type, layout, as_of)
        if dry_run:
            tried = schemas.DryRun(**await service.try_out(tx, sent))
            return JSONResponse(tried.model_dump(mode="json"))
        import_id = await service.take_in(tx, sent)
    response.headers["Location"] = f"/v1/imports/{import_id}"
    return await _described(tx, import_id, response)


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
        rows = [
            {
                **reject["record"],
                "line": reject["line"],
                "reasons": "；".join(error["message"] for error in reject["errors"]),
            }
            for reject in found
        ]
        # Columns that no rejected row fills are left out, unless a file of this layout cannot do without them.
        filled = {name for row in rows for name in row}
        columns = (
            OutColumn.of(LINE, width=8),
            *(
                OutColumn.of(column)
                for column in await service.reject_columns(tx, import_id)
                if column.required or column.name in filled
            ),
            OutColumn.of(REASONS, width=60),
        )
        return await xlsx_response([OutSheet("退回行", columns, rows)], f"rejects-{import_id}.xlsx")
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
