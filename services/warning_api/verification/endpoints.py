"""Answers of townships."""

from collections.abc import Generator, Iterator
from contextlib import aclosing
from itertools import islice
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request

from services.warning_api.cycles.schemas import CycleCode
from services.warning_api.dispatch.list_service import read_task
from services.warning_api.dispatch.presentation import RESPONSIBLE
from services.warning_api.verification import schemas, service
from services.warning_api.verification.parts import Part, Reading
from services.warning_api.verification.rules import MOST_ITEMS
from services.warning_api.verification.sheet import SHEET, FilledList, answered_sheet
from services.warning_api.verification.submission import verdicts_on
from shared.db import Transaction
from shared.errors.refusals import TooLarge
from shared.runtime.ahead import in_threads
from shared.runtime.app import make_router
from shared.runtime.ready_json import ready_json
from shared.runtime.route import allowed
from shared.runtime.tables import TABLE_BODY, json_items, received_table, table_response
from shared.tables.content_types import negotiate, table_kind
from shared.tables.decoding import Spooled
from shared.tables.reading import read_table

router = make_router("verifications")

#: Rows of a list that are taken together: while PostgreSQL writes them the next are judged.
PART: Final = 2000


@router.post("/v1/verifications", response_model=schemas.VerificationResult, openapi_extra=TABLE_BODY)
async def verify(
    request: Request,
    tx: Annotated[Transaction, allowed("verifications:write", streams=True)],
    cycle: CycleCode | None = None,
) -> Any:
    """Answers as JSON ``{"items": […]}`` or as the filled spreadsheet; each is judged on its own. A spreadsheet comes
    back as it was sent with a column 处理结果, where ``Accept`` names one. With ``cycle`` the rows of another
    month's lists are refused."""
    content_type, body = await received_table(request, tx)
    filled = None if table_kind(content_type) in ("json", "ndjson") else FilledList()
    with body:
        terms = await service.terms_of(tx, sheet=filled is not None, cycle=cycle)
        parts = _parts(content_type, body, terms.reading, filled)
        # Whoever waits for a task that somebody holds has given back the turn to read a spreadsheet.
        async with aclosing(in_threads(parts, exhausted=body.close)) as on_their_way:
            results = await verdicts_on(tx, terms, on_their_way)
    kind = negotiate(request.headers.get("accept"))
    if filled is None or kind == "json":
        good = sum(result["status"] in ("accepted", "unchanged") for result in results)
        return ready_json({"accepted": good, "rejected": len(results) - good, "items": results})
    return await table_response(kind, answered_sheet(filled.rows, filled.filled, results), "verifications")


@router.get("/v1/tasks/{task_id}/verifications", response_model=schemas.Visits)
async def list_visits(task_id: UUID, tx: Annotated[Transaction, allowed("tasks:read")]) -> dict[str, Any]:
    """Every answer of a task: what was corrected or sent back stays on record."""
    await read_task(tx, task_id)
    return {"items": await service.visits(tx, task_id, in_full=bool(tx.roles & RESPONSIBLE))}


def _parts(
    content_type: str, body: Spooled, reading: Reading, filled: FilledList | None
) -> Generator[Part, None, None]:
    """The items a part at a time; those of a list as its rows come."""
    most = PART if filled is not None else MOST_ITEMS + 1
    items, number = _items(content_type, body, filled), 0
    while part := list(islice(items, most)):
        number += len(part)
        if number > MOST_ITEMS:
            raise TooLarge(f"一次最多 {MOST_ITEMS} 条，请分次提交", f"At most {MOST_ITEMS} items at once")
        yield reading.part(part)


def _items(content_type: str, body: Spooled, filled: FilledList | None) -> Iterator[Any]:
    kind = table_kind(content_type)
    if kind == "json":
        return iter(json_items(body))
    rows = read_table(body.file, content_type, SHEET)
    if filled is None:
        # A line is an item as JSON has it, with clues and guarantees that no column has.
        return ({**row.original, **row.values} for row in rows)
    return filled.items(rows)
