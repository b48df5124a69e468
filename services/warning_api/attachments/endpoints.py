"""Photos and documents of visits."""

from typing import Annotated, Any
from urllib.parse import quote, unquote
from uuid import UUID

from fastapi import Header, Query, Request, Response

from services.warning_api.attachments import schemas, service
from services.warning_api.attachments.errors import OwnerMissing
from services.warning_api.attachments.reception import cleaned_file
from services.warning_api.attachments.rules import KINDS
from shared.db import Transaction
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.repetition import claim_key
from shared.runtime.route import allowed

router = make_router("attachments")

FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in KINDS},
    }
}

#: Whoever fetches a file of others keeps it to themselves, and no browser takes it for a page.
AS_A_FILE = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


@router.post(
    "/v1/attachments", status_code=201, response_model=schemas.AttachmentUploaded, openapi_extra=FILE_BODY
)
async def upload(
    request: Request,
    tx: Annotated[Transaction, allowed("attachments:write", streams=True)],
    task_id: UUID | None = None,
    about: Annotated[str | None, Query(pattern="^[a-z]+/[0-9a-fA-F-]{36}$")] = None,
    x_file_name: Annotated[str, Header(description="percent-encoded")] = "",
) -> dict[str, Any]:
    """A photo (JPEG, PNG, WebP, HEIC) or PDF of at most 20 MiB as the body, about a task or what ``about`` names.

    What it tells of place, time and camera is left out. The answer of the visit then names its ``id``; what no
    answer names is removed after some days.
    """
    owner = _owner(task_id, about)
    cleaned, digest = await cleaned_file(request)
    kept = await service.keep(tx, cleaned)
    try:
        await claim_key(request, tx, digest)
        return await service.add(tx, kept, owner, unquote(x_file_name))
    except BaseException:
        await service.discard(tx, kept)
        raise


def _owner(task_id: UUID | None, about: str | None) -> service.Owner:
    if (task_id is None) == (about is None):
        raise OwnerMissing()
    if task_id is not None:
        return "task", task_id
    kind, _, id_ = str(about).partition("/")
    try:
        return kind, UUID(id_)
    except ValueError as error:
        raise OwnerMissing() from error


@router.get("/v1/attachments", response_model=Page[schemas.Attachment])
async def list_attachments(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("attachments:read")],
    task_id: UUID | None = None,
    about_id: UUID | None = None,
    lost: bool = False,
) -> dict[str, Any]:
    """Attachments in reach; ``lost=true``: those whose files were found missing in the storage."""
    return await service.list_attachments(tx, task_id or about_id, paging, lost=lost)


@router.get("/v1/attachments/{attachment_id}", response_class=Response)
async def read_attachment(
    attachment_id: UUID, tx: Annotated[Transaction, allowed("attachments:read")]
) -> Response:
    """The file; every reading is audited."""
    content, content_type, name = await service.content(tx, attachment_id)
    ending = name.rpartition(".")[2]
    disposition = f"attachment; filename=\"{attachment_id}.{ending}\"; filename*=UTF-8''{quote(name)}"
    return Response(
        content, media_type=content_type, headers={**AS_A_FILE, "Content-Disposition": disposition}
    )
