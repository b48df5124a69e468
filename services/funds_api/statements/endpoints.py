"""Routes of bank statements."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request, Response

from services.funds_api.statements import schemas, service
from services.funds_api.statements.rules import Result
from services.funds_api.statements.sheet import read_lines
from shared.db import Transaction
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.route import allowed
from shared.runtime.tables import TABLE_BODY, received_table

router = make_router("银行对账")

Reading = Annotated[Transaction, allowed("funds:read")]


@router.post(
    "/v1/bank-statements", status_code=201, response_model=schemas.StatementOut, openapi_extra=TABLE_BODY
)
async def receive(
    request: Request,
    response: Response,
    tx: Annotated[Transaction, allowed("funds:write", streams=True)],
) -> dict[str, Any]:
    """银行对账单，一行一笔（交易日期、金额、账号、户名、流水号、摘要）。对上的即为到账回执，疑问的由人定。"""
    content_type, body = await received_table(request, tx)
    with body:
        lines = await asyncio.to_thread(read_lines, body, content_type, tx.today)
    made = await service.take_in(tx, lines)
    response.headers["Location"] = f"/v1/bank-statements/{made['id']}"
    return made


@router.get("/v1/bank-statements/{statement_id}", response_model=schemas.StatementOut)
async def find(statement_id: UUID, tx: Reading) -> dict[str, Any]:
    """一份对账单。"""
    return await service.find(tx, statement_id)


@router.get("/v1/bank-statements/{statement_id}/lines", response_model=Page[schemas.LineOut])
async def list_lines(
    statement_id: UUID, tx: Reading, paging: PageQuery, result: Result | None = None
) -> dict[str, Any]:
    """各笔：`matched` 已对上，`doubtful` 有疑问（`doubt` 说明），`unmatched` 无对应。"""
    return await service.list_lines(tx, statement_id, paging, result)


@router.post("/v1/bank-statement-lines/{line_id}/decision", response_model=schemas.LineOut)
async def decide(
    line_id: UUID,
    given: schemas.DecisionIn,
    expected: Precondition,
    tx: Annotated[Transaction, allowed("funds:write")],
    response: Response,
) -> dict[str, Any]:
    """由人定这一笔是哪一项的，或不是任何一项的。"""
    made = await service.decide(tx, line_id, given.item_id, expected)
    tagged(response, made["version"])
    return made
