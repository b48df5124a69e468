"""Answers of townships."""

import asyncio
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request

from services.warning_api.cycles.schemas import CycleCode
from services.warning_api.dispatch.list_service import read_task
from services.warning_api.dispatch.presentation import RESPONSIBLE
from services.warning_api.feedback import acceptance
from services.warning_api.rechecks.results import compare
from services.warning_api.verification import schemas, service
from services.warning_api.verification.keeping import kept
from services.warning_api.verification.rules import MOST_ITEMS
from services.warning_api.verification.sheet import SHEET, answered_sheet, filled_rows
from shared.db import Transaction
from shared.errors.refusals import TooLarge
from shared.runtime.app import make_router
from shared.runtime.ready_json import ready_json
from shared.runtime.route import allowed
from shared.runtime.tables import TABLE_BODY, json_items, received_table, table_response
from shared.tables.columns import Row
from shared.tables.content_types import negotiate, table_kind
from shared.tables.decoding import Spooled
from shared.tables.reading import read_table

router = make_router("verifications")


@dataclass(frozen=True, slots=True)
class Sent:
    """What came. ``rows`` and ``filled`` (the lines of the items) are a table's alone."""

    items: list[Any]
    rows: list[Row] | None = None
    filled: tuple[int, ...] = ()


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
    with body:
        sent = await asyncio.to_thread(_read, content_type, body)
    if len(sent.items) > MOST_ITEMS:
        raise TooLarge(f"一次最多 {MOST_ITEMS} 条，请分次提交", f"At most {MOST_ITEMS} items at once")
    judged = await service.judge_all(tx, sent.items, sheet=sent.rows is not None, cycle=cycle)
    async with kept(tx, judged.visits):
        versions = await acceptance.take(tx, judged.visits.answered)
    await compare(tx, list(versions))
    verdicts = judged.summary(versions)
    kind = negotiate(request.headers.get("accept"))
    if sent.rows is None or kind == "json":
        return ready_json(verdicts)
    sheet = answered_sheet(sent.rows, sent.filled, judged.results)
    return await table_response(kind, sheet, "verifications")


@router.get("/v1/tasks/{task_id}/verifications", response_model=schemas.Visits)
async def list_visits(task_id: UUID, tx: Annotated[Transaction, allowed("tasks:read")]) -> dict[str, Any]:
    """Every answer of a task: what was corrected or sent back stays on record."""
    await read_task(tx, task_id)
    return {"items": await service.visits(tx, task_id, in_full=bool(tx.roles & RESPONSIBLE))}


def _read(content_type: str, body: Spooled) -> Sent:
    kind = table_kind(content_type)
    if kind == "json":
        return Sent(json_items(body))
    if kind == "ndjson":
        # A line is an item as JSON has it, with clues and guarantees that no column has.
        rows = islice(read_table(body.file, content_type, SHEET), MOST_ITEMS + 1)
        return Sent([{**row.original, **row.values} for row in rows])
    kept, filled = filled_rows(read_table(body.file, content_type, SHEET))
    return Sent(list(filled.values()), kept, tuple(filled))
