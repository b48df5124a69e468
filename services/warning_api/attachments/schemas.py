"""Attachments as JSON."""

from uuid import UUID

from shared.runtime.schema import Instant, Schema


class Attachment(Schema):
    """``about``: ``task``, ``problem`` or ``petition``. ``bytes``, ``sha256``: of the file as it is kept, without
    metadata. ``used_by``: the visits and entries that name it; what none names expires. ``lost``: its file was
    found missing in the storage."""

    id: UUID
    about: str
    about_id: UUID
    content_type: str
    bytes: int
    sha256: str
    file_name: str
    uploaded_at: Instant
    used_by: list[UUID]
    lost: bool


class AttachmentUploaded(Attachment):
    """Width and height of a picture, pages of a PDF."""

    width: int | None
    height: int | None
    pages: int | None
