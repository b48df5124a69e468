"""Which form is asked for, and under which name it is sent."""

import pytest
from starlette.requests import Request

from shared.documents import Document, document_response, wants_document
from shared.documents.responses import MEDIA_TYPES


def asking(accept: str) -> Request:
    return Request({"type": "http", "headers": [(b"accept", accept.encode())]})


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("application/pdf", "pdf"),
        ("text/html, application/pdf;q=0.9, */*;q=0.8", "pdf"),
        (f"{MEDIA_TYPES['docx']};q=0.5, application/pdf;q=0.4", "docx"),
        ("application/json, application/pdf;q=0.9", "json"),
        ("application/pdf;q=0", "json"),
        ("application/pdf;q=viel", "json"),
        (MEDIA_TYPES["xlsx"], "xlsx"),
    ],
)
def test_accept_chooses_the_form(accept: str, form: str) -> None:
    assert wants_document(asking(accept)) == form


async def test_a_download_is_called_by_its_title(document: Document) -> None:
    answer = await document_response("xlsx", document, "bulletin-2026-11")
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith(
        "attachment; filename=\"bulletin-2026-11.xlsx\"; filename*=UTF-8''%E7%BB%A5"
    )
    assert answer.media_type == MEDIA_TYPES["xlsx"]
    assert bytes(answer.body).startswith(b"PK")


async def test_json_is_not_for_it_to_answer(document: Document) -> None:
    with pytest.raises(ValueError, match="JSON"):
        await document_response("json", document, "x")
