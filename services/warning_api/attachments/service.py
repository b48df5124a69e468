"""Keeping attachments: the object is written before its row, and deleted after it; so a crash leaves at most an
object that no row names, which ``tasks.sweep`` removes."""

import asyncio
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from services.warning_api.attachments import owners, repository
from services.warning_api.attachments.cleaning import Cleaned
from services.warning_api.attachments.errors import (
    AttachmentLost,
    AttachmentNotFound,
    OwnerNotFound,
    TooManyAttachments,
)
from services.warning_api.attachments.rules import kept_name
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.pagination.cursors import Paging, page
from shared.parameters import parameter
from shared.sealing import Sealer
from shared.sealing.texts import open_texts, seal
from shared.storage import ObjectMissing, StorageAway

log = structlog.get_logger("attachments")

#: By which files are kept apart in directories: none grows beyond what its lister bears.
FOLDERS_DIGITS = 2

#: What an attachment belongs to: ``("task", id)``.
Owner = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class Kept:
    """An object that no row names yet."""

    id: UUID
    storage_key: str
    cleaned: Cleaned
    sha256: bytes


async def keep(tx: Transaction, cleaned: Cleaned) -> Kept:
    """Seal and store a file; before the transaction begins, so that nobody waits for the store with a
    connection."""
    id_ = new_id()
    random = secrets.token_hex(16)
    key = f"{tx.county}/{tx.today:%Y-%m}/{random[:FOLDERS_DIGITS]}/{random}"
    sealer = await tx.sealer()
    sealed = await asyncio.to_thread(_sealed, sealer, tx.county, id_, cleaned.content)
    await tx.service.storage.put(key, sealed)
    return Kept(id_, key, cleaned, hashlib.sha256(cleaned.content).digest())


async def discard(tx: Transaction, kept: Kept) -> None:
    """Take away what ``keep`` stored for a request that is refused after all; what cannot be reached now the sweep
    takes."""
    try:
        await tx.service.storage.delete(kept.storage_key)
    except StorageAway:
        log.warning("attachment_left_behind", storage_key=kept.storage_key)


async def add(tx: Transaction, kept: Kept, owner: Owner, name: str) -> dict[str, Any]:
    """The row of a stored file. Raises ``OwnerNotFound`` for what is out of reach, ``TooManyAttachments``."""
    kind, owner_id = owner
    lookup = owners.OWNERS.get(kind)
    place = await lookup(tx, owner_id) if lookup is not None else None
    if place is None:
        raise OwnerNotFound()
    most = (await parameter(tx, "attachments_per_owner")).value
    if await repository.count_of(tx, owner_id) >= most:
        raise TooManyAttachments(f"最多 {most} 个", f"At most {most}")
    values = {
        "cycle": place.cycle or f"{tx.today:%Y-%m}",
        "id": kept.id,
        "about": kind,
        "about_id": owner_id,
        "region_code": place.region_code,
        "org_code": place.org_code,
        "storage_key": kept.storage_key,
        "content_type": kept.cleaned.content_type,
        "bytes": len(kept.cleaned.content),
        "sha256": kept.sha256,
        "sealed": await seal(tx, "attachment", "sealed", kept.id, kept_name(name, kept.cleaned.content_type)),
    }
    await repository.add(tx, values)
    await audit.record(tx, "attachment.added", f"attachment/{kept.id}", {kind: str(owner_id)})
    (shown,) = await _shown(tx, [{**values, "uploaded_at": tx.now, "lost_found_at": None, "used_by": []}])
    return {**shown, "width": kept.cleaned.width, "height": kept.cleaned.height, "pages": kept.cleaned.pages}


async def list_attachments(
    tx: Transaction, owner: UUID | None, paging: Paging, *, lost: bool
) -> dict[str, Any]:
    """Those in reach, of one task or of all."""
    rows = await repository.attachments(tx, owner, lost=lost, after=paging.after_id(), limit=paging.limit + 1)
    return page(await _shown(tx, rows), paging, lambda item: [item["id"]])


async def content(tx: Transaction, id_: UUID) -> tuple[bytes, str, str]:
    """The file, its type and its name; that it was read is audited. Raises ``AttachmentNotFound`` and
    ``AttachmentLost``. The connection is not held while the store is asked."""
    async with tx.service.database.begin(tx.service, tx.reach, tx.actor) as looking:
        row = await repository.attachment(looking, id_)
    if row is None:
        raise AttachmentNotFound()
    try:
        sealed = await tx.service.storage.get(row["storage_key"])
    except ObjectMissing:
        log.warning("attachment_lost", id=str(id_))
        raise AttachmentLost() from None
    sealer = await tx.sealer()
    plain = await asyncio.to_thread(_opened, sealer, tx.county, id_, sealed)
    (name,) = await open_texts(tx, "attachment", "sealed", [(id_, row["sealed"])])
    await audit.record(tx, "attachment.read", f"attachment/{id_}", {row["about"]: str(row["about_id"])})
    return plain, row["content_type"], name


async def refusals(tx: Transaction, cited: Mapping[Owner, Sequence[UUID]]) -> dict[Owner, tuple[str, str]]:
    """Which owners' answers name attachments that they cannot, with code and words. Those that can be named stay
    until the transaction ends."""
    if not cited:
        return {}
    found = await repository.owners_of(tx, [id_ for ids in cited.values() for id_ in ids])
    refused = {}
    for owner, ids in cited.items():
        if any(id_ not in found for id_ in ids):
            refused[owner] = ("attachment_not_found", "所列附件不存在或已过期，请先上传附件再填报")
        elif any(found[id_] != owner for id_ in ids):
            refused[owner] = ("attachment_of_another_task", "所列附件属于另一任务，请上传到本任务后再填报")
    return refused


async def attach(tx: Transaction, uses: Sequence[tuple[UUID, Sequence[UUID]]]) -> None:
    """Note which visit or entry names which attachments, given as ``(visit, ids)`` that ``refusals`` had nothing
    against; naming them again changes nothing."""
    pairs = [(user, id_) for user, ids in uses for id_ in ids]
    if pairs:
        await repository.use(tx, pairs)


async def of_uses(tx: Transaction, users: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """The attachments that visits or entries name, by visit."""
    named: dict[UUID, list[UUID]] = {}
    for row in await repository.uses_of(tx, users):
        named.setdefault(row["used_by"], []).append(row["attachment_id"])
    return named


async def exist(tx: Transaction, ids: Sequence[UUID]) -> set[UUID]:
    """Those of ``ids`` that the call reaches."""
    return set(await repository.owners_of(tx, ids))


async def _shown(tx: Transaction, rows: Sequence[Mapping[Any, Any]]) -> list[dict[str, Any]]:
    names = await open_texts(tx, "attachment", "sealed", [(row["id"], row["sealed"]) for row in rows])
    return [
        {
            **{key: row[key] for key in ("id", "about", "about_id", "content_type", "bytes", "uploaded_at")},
            "sha256": row["sha256"].hex(),
            "file_name": name,
            "used_by": row["used_by"],
            "lost": row["lost_found_at"] is not None,
        }
        for row, name in zip(rows, names, strict=True)
    ]


def _sealed(sealer: Sealer, county: str, id_: UUID, plain: bytes) -> bytes:
    (sealed,) = sealer.seal_many("attachment", "content", county, [(id_.bytes, plain)])
    return sealed


def _opened(sealer: Sealer, county: str, id_: UUID, sealed: bytes) -> bytes:
    (plain,) = sealer.open_many("attachment", "content", county, [(id_.bytes, sealed)])
    return plain
