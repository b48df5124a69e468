"""Answers of townships."""

import asyncio
from itertools import islice
from typing import Annotated, Any

import orjson
from fastapi import Request

from services.warning_api.feedback import service as feedback
from services.warning_api.verification import schemas, service
from services.warning_api.verification.rules import MOST_ITEMS
from services.warning_api.verification.sheet import SHEET, items_of
from shared.db import Transaction
from shared.errors import FieldError, Malformed, Unprocessable
from shared.errors.refusals import TooLarge
from shared.runtime.app import make_router
from shared.runtime.route import MAX_JSON_BYTES, allowed
from shared.runtime.tables import TABLE_BODY, received_table
from shared.tables.content_types import table_kind
from shared.tables.decoding import Spooled
from shared.tables.reading import read_table

router = make_router("verifications")


@router.post("/v1/verifications", response_model=schemas.VerificationResult, openapi_extra=TABLE_BODY)
async def verify(
    request: Request, tx: Annotated[Transaction, allowed("verifications:write", streams=True)]
) -> dict[str, Any]:
    """Answers as JSON ``{"items": […]}`` or as the filled spreadsheet; each is judged on its own."""
    content_type, body = await received_table(request, tx)
    with body:
        kind = table_kind(content_type)
        if kind == "json":
            items = _json_items(body)
        elif kind == "ndjson":
            # A line is an item as JSON has it, with clues and guarantees that no column has.
            rows = islice(read_table(body.file, content_type, SHEET), MOST_ITEMS + 1)
            items = await asyncio.to_thread(lambda: [{**row.original, **row.values} for row in rows])
        else:
            items = await asyncio.to_thread(lambda: items_of(read_table(body.file, content_type, SHEET)))
    if len(items) > MOST_ITEMS:
        raise TooLarge(f"一次最多 {MOST_ITEMS} 条，请分次提交", f"At most {MOST_ITEMS} items at once")
    verdicts, verified = await service.verify(tx, items)
    await feedback.accept_by_rule(tx, verified)
    return verdicts


def _json_items(body: Spooled) -> list[Any]:
    if body.size > MAX_JSON_BYTES:
        raise TooLarge()
    text = body.file.read()
    if b"\\u0000" in text:
        raise Unprocessable("请求中含有空字符", "The request holds a NUL character")
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Malformed("请求体不是有效的 JSON", "The body is not valid JSON") from error
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise Unprocessable(errors=[FieldError("/items", "missing", '应为 {"items": […]}')])
    return items
