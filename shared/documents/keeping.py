"""A document as JSON, to be kept as it was issued."""

from typing import Any

import msgspec

from shared.documents.content import Document


def to_json(document: Document) -> str:
    return msgspec.json.encode(document).decode()


def from_json(kept: Any) -> Document:
    """``kept`` as the database gives JSON back; ``msgspec.ValidationError`` for what is no document."""
    return msgspec.convert(kept, Document)
