"""A document kept as JSON."""

import msgspec
import orjson
import pytest

from shared.documents import Document, from_json, pdf_of, to_json
from tests.shared.documents.conftest import pdf_once


def test_it_comes_back_as_it_was(document: Document) -> None:
    kept = from_json(orjson.loads(to_json(document)))
    assert kept == document
    assert pdf_of(kept) == pdf_once(document)


def test_what_is_no_document_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        from_json({"title": "无"})
