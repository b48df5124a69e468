"""Tables as request bodies and answers."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from tempfile import SpooledTemporaryFile
from typing import Any, Literal

import orjson
from fastapi import Request, Response

from shared.db.transaction import Transaction
from shared.db.turns import Turns
from shared.errors import FieldError, Malformed, Unprocessable
from shared.errors.refusals import TooLarge
from shared.runtime.receiving import declares_more, paced
from shared.runtime.repetition import claim_key
from shared.runtime.route import MAX_JSON_BYTES
from shared.tables.content_types import MEDIA_TYPES, table_kind
from shared.tables.decoding import BODY_LIMIT, XLSX_LIMIT, Spooled, body_too_large, receive
from shared.tables.writing import OutSheet, write_csv, write_xlsx

#: What an endpoint that takes a table says in the OpenAPI document.
TABLE_BODY = {"requestBody": {"required": True, "content": {kind: {} for kind in MEDIA_TYPES.values()}}}

#: Of one service process.
SPREADSHEETS_AT_ONCE = 2

#: Ten departments that send 100,000 rows at once are through by then; no transaction is open while they wait.
SPREADSHEET_PATIENCE_SECONDS = 60.0

_IN_MEMORY = 16 * 1024 * 1024


async def received_table(request: Request, tx: Transaction | None = None) -> tuple[str, Spooled]:
    """The content type and the decoded body, received before any transaction begins.

    Refuses 415 for another type, 413 for too much, 408 for what does not come, 400 for what cannot be
    decompressed; 503 where a spreadsheet has waited too long for its turn, which it has until the body is closed.

    With ``tx`` an Idempotency-Key is claimed in it, now that it is known what the key stands for: a repetition
    ends here with the first answer (route.py). Without it the endpoint has a number of its own for that.
    """
    content_type, body = await _received(request)
    if tx is not None:
        try:
            await claim_key(request, tx, body.sha256)
        except BaseException:
            body.close()
            raise
    return content_type, body


async def _received(request: Request) -> tuple[str, Spooled]:
    content_type = request.headers.get("content-type", "")
    encoding = request.headers.get("content-encoding")
    spreadsheet = table_kind(content_type) == "xlsx"
    limit = XLSX_LIMIT if spreadsheet else BODY_LIMIT
    if declares_more(request, limit):
        raise body_too_large(limit)
    body = await receive(paced(request.stream()), encoding, limit)
    if not spreadsheet:
        return content_type, body
    turns: Turns = request.app.state.spreadsheet_turns
    try:
        await turns.take()
    except BaseException:
        body.close()
        raise
    return content_type, replace(body, released=turns.give_back)


def json_document(body: Spooled) -> Any:
    """A received body that is no table but a JSON document, by the rules of any other JSON body (route.py)."""
    if body.size > MAX_JSON_BYTES:
        raise TooLarge()
    text = body.file.read()
    if b"\\u0000" in text:
        raise Unprocessable("请求中含有空字符", "The request holds a NUL character")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Malformed("请求体不是有效的 JSON", "The body is not valid JSON") from error


def json_items(body: Spooled) -> list[Any]:
    """The items of a received JSON document ``{"items": […]}``."""
    document = json_document(body)
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise Unprocessable(errors=[FieldError("/items", "missing", '应为 {"items": […]}')])
    return items


def spreadsheet_turns() -> Turns:
    """As many turns as a service reads spreadsheets at once: each takes a process with a whole sheet in it."""
    return Turns(SPREADSHEETS_AT_ONCE, SPREADSHEET_PATIENCE_SECONDS)


async def table_response(kind: Literal["ndjson", "csv", "xlsx"], sheet: OutSheet, stem: str) -> Response:
    """A table as a download in the form that ``negotiate`` found; ``stem`` is the ASCII file name without ending.

    NDJSON has the rows' own keys and values, CSV and XLSX the columns' headings and words.
    """
    if kind == "xlsx":
        return await xlsx_response([sheet], f"{stem}.xlsx")
    if kind == "csv":
        content = await asyncio.to_thread(lambda: b"".join(write_csv(sheet.rows, sheet.columns)))
    else:
        lines = await asyncio.to_thread(lambda: [orjson.dumps(row, default=str) for row in sheet.rows])
        content = b"".join(line + b"\n" for line in lines)
    return Response(
        content,
        media_type=MEDIA_TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{stem}.{kind}"'},
    )


async def xlsx_response(sheets: Sequence[OutSheet], filename: str) -> Response:
    """A workbook as a download; ``filename`` is ASCII."""
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        await asyncio.to_thread(write_xlsx, file, sheets)
        file.seek(0)
        return Response(
            file.read(),
            media_type=MEDIA_TYPES["xlsx"],
            headers={"Content-Disposition": f'attachment; filename="{filename}"'},
        )
