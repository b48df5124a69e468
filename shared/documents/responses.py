"""A document as an answer, in the form that the caller asks for."""

import asyncio
from functools import lru_cache
from typing import Any, Final, Literal
from urllib.parse import quote

from fastapi import Request, Response

from shared.documents.content import Document
from shared.documents.pdf import pdf_of
from shared.documents.spreadsheet import xlsx_of
from shared.documents.word import docx_of
from shared.tables.content_types import quality

Form = Literal["json", "docx", "pdf", "xlsx"]

MEDIA_TYPES: Final[dict[Form, str]] = {
    "json": "application/json",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FORMS: Final = {kind: form for form, kind in MEDIA_TYPES.items()}
_WRITERS: Final = {"docx": docx_of, "pdf": pdf_of, "xlsx": xlsx_of}

#: What an endpoint that answers documents says in the OpenAPI document: ``responses=DOCUMENT_ANSWERS``.
DOCUMENT_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {kind: {} for form, kind in MEDIA_TYPES.items() if form != "json"}}
}


def wants_document(request: Request) -> Form:
    """What an Accept header likes best of JSON, Word, PDF and XLSX; JSON where it names none of them."""
    best: Form = "json"
    liked = 0.0
    for position in request.headers.get("accept", "").split(","):
        media_type, *parameters = (part.strip().lower() for part in position.split(";"))
        form = _FORMS.get(media_type)
        if form is not None and quality(parameters) > liked:
            best, liked = form, quality(parameters)
    return best


@lru_cache(maxsize=16)
def _made(form: Literal["docx", "pdf", "xlsx"], document: Document) -> bytes:
    """Kept for a while: what has just been issued is fetched by everybody."""
    return _WRITERS[form](document)


async def document_response(form: Form, document: Document, stem: str) -> Response:
    """``document`` as a download called by its title, ``stem`` for those who know ASCII only; made beside the event
    loop. ``form`` is one of Word, PDF and XLSX."""
    if form == "json":
        raise ValueError("JSON is answered by the endpoint")
    content = await asyncio.to_thread(_made, form, document)
    name = quote(f"{document.title}.{form}", safe="")
    disposition = f"attachment; filename=\"{stem}.{form}\"; filename*=UTF-8''{name}"
    return Response(content, media_type=MEDIA_TYPES[form], headers={"Content-Disposition": disposition})
