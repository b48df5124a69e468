"""Pushing batches, and what became of them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from services.warning_api.cycles.schemas import CycleCode
from services.warning_api.intake import release, schemas, service
from services.warning_api.intake.rejects_sheet import rejects_sheet
from services.warning_api.intake.turns import FilingTurns
from shared.db import Transaction
from shared.errors.refusals import TooLarge
from shared.pagination import Page, PageQuery, page
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.purpose import Purpose
from shared.runtime.route import allowed
from shared.runtime.tables import TABLE_BODY, received_table, table_response
from shared.tables.content_types import negotiate

router = make_router("batches")

TURNS = FilingTurns()

#: As many rejects as one table shows.
MOST_REJECTS = 100_000


@router.post(
    "/v1/batches",
    status_code=201,
    response_model=schemas.PushedBatch,
    responses={
        200: {"model": schemas.PushedBatch, "description": "the same batch was filed before, or a dry run"}
    },
    openapi_extra=TABLE_BODY,
)
async def push_batch(
    request: Request,
    response: Response,
    tx: Annotated[Transaction, allowed("batches:write", streams=True)],
    batch_no: Annotated[str, Query(min_length=1, max_length=64, pattern=r"^\S(.*\S)?$")],
    urgent_reason: Annotated[str | None, Query(max_length=200, pattern=r"\S")] = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Push a batch of warnings as JSON ``{"records": […]}``, NDJSON, CSV or XLSX, optionally gzip or zstd."""
    content_type, body = await received_table(request)
    with body:
        push = service.Push(batch_no, content_type, urgent_reason, dry_run)
        async with TURNS.turn(tx.county, tx.reach.org, body.size):
            batch, created = await service.file_batch(tx, push, body)
    if not created:
        response.status_code = 200
    return batch


@router.get("/v1/batches", response_model=Page[schemas.Batch])
async def list_batches(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("batches:read")],
    cycle: CycleCode | None = None,
) -> dict[str, Any]:
    """The batches of the caller's department, or of all for the county."""
    return await service.list_batches(tx, cycle, paging)


@router.get("/v1/batches/{batch_id}", response_model=schemas.BatchProgress)
async def read_batch(
    batch_id: UUID, response: Response, tx: Annotated[Transaction, allowed("batches:read")]
) -> dict[str, Any]:
    """State ``filed → compared → dispatched → closed`` and the counts by match result."""
    batch = await service.batch_progress(tx, batch_id)
    tagged(response, batch["version"])
    return batch


@router.post("/v1/batches/{batch_id}/release", response_model=schemas.BatchProgress)
async def release_batch(
    batch_id: UUID,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("batches:release")],
) -> dict[str, Any]:
    """The department head lets the batch of somebody else go on, where the county requires it."""
    batch = await release.release(tx, batch_id, expected)
    tagged(response, batch["version"])
    return batch


@router.post("/v1/batches/{batch_id}/refusal", response_model=schemas.BatchProgress)
async def refuse_batch(
    batch_id: UUID,
    body: schemas.RefusalIn,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("batches:release")],
) -> dict[str, Any]:
    """The department head does not: the batch closes, its records may be pushed anew."""
    batch = await release.refuse(tx, batch_id, body.reason, expected)
    tagged(response, batch["version"])
    return batch


@router.get("/v1/batches/{batch_id}/rejects", response_model=Page[schemas.RejectedRecord])
async def read_rejects(
    request: Request,
    batch_id: UUID,
    paging: PageQuery,
    purpose: Purpose,
    tx: Annotated[Transaction, allowed("batches:read")],
) -> Any:
    """Records that could not be filed, with every reason; as a table ready to correct and push again."""
    kind = negotiate(request.headers.get("accept"))
    if kind != "json":
        if (await service.batch_progress(tx, batch_id))["rejected"] > MOST_REJECTS:
            raise TooLarge(
                f"退回记录超过 {MOST_REJECTS} 条，请以 JSON 分页读取",
                f"More than {MOST_REJECTS} rejects: read them as pages of JSON",
            )
        rows = await service.rejected_records(tx, batch_id, 0, MOST_REJECTS, purpose.value)
        return await table_response(
            kind, rejects_sheet(rows, await service.sheet_of(tx, batch_id)), "rejects"
        )
    after = paging.after_number()
    rows = await service.rejected_records(tx, batch_id, after, paging.limit + 1, purpose.value)
    return page(rows, paging, lambda row: [row["line"]])


@router.get("/v1/batches/{batch_id}/duplicates", response_model=Page[schemas.DuplicateRecord])
async def read_duplicates(
    batch_id: UUID, paging: PageQuery, tx: Annotated[Transaction, allowed("batches:read")]
) -> dict[str, Any]:
    """Records that were filed before in the cycle or stand twice in the file: which, and what they repeat."""
    rows = await service.duplicate_records(tx, batch_id, paging.after_number(), paging.limit + 1)
    return page(rows, paging, lambda row: [row["line"]])
