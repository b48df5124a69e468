"""Routes of the exchange with the finance bureau."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request, Response

from services.funds_api.finance_exchange import schemas, service
from services.funds_api.finance_exchange.sheet import ALLOCATION_COLUMNS, PAYMENT_COLUMNS, read_lines
from services.funds_api.purposes import Year
from shared.db import Transaction
from shared.pagination import Page, PageQuery
from shared.regions import regions_of
from shared.runtime.app import make_router
from shared.runtime.route import allowed
from shared.runtime.schema import Day
from shared.runtime.tables import TABLE_BODY, received_table, table_response
from shared.tables.content_types import negotiate
from shared.tables.writing import OutColumn, OutSheet

router = make_router("与财政部门交换")

Reading = Annotated[Transaction, allowed("funds:read")]


@router.get("/v1/finance-exchange/allocations", response_model=Page[schemas.ExportedAllocation])
async def export_allocations(
    request: Request, tx: Reading, year: Year | None = None, as_of: Day | None = None
) -> Any:
    """指标及其累计支付，按单位、文号、用途；按 Accept 给出 JSON、NDJSON、CSV 或 XLSX。"""
    day = as_of or tx.today
    rows = await service.allocations(tx, year or day.year, day)
    return await _told(request, rows, "指标", ALLOCATION_COLUMNS, "allocations")


@router.get("/v1/finance-exchange/payments", response_model=Page[schemas.ExportedPayment])
async def export_payments(
    request: Request, tx: Reading, year: Year | None = None, as_of: Day | None = None
) -> Any:
    """支付与冲销，逐笔按文号，不含收款人；形式同上。"""
    day = as_of or tx.today
    rows = await service.payments(tx, year or day.year, day)
    return await _told(request, rows, "支付", PAYMENT_COLUMNS, "payments")


async def _told(
    request: Request, rows: list[dict[str, Any]], title: str, columns: Sequence[OutColumn], stem: str
) -> Any:
    kind = negotiate(request.headers.get("accept"))
    if kind == "json":
        return {"items": rows, "next_cursor": None}
    return await table_response(kind, OutSheet(title, tuple(columns), rows), stem)


@router.post(
    "/v1/finance-reports", status_code=201, response_model=schemas.FinanceReport, openapi_extra=TABLE_BODY
)
async def receive(
    request: Request,
    response: Response,
    tx: Annotated[Transaction, allowed("funds:write", streams=True)],
    year: Year,
    as_of: Day,
) -> dict[str, Any]:
    """财政部门所报的累计支付，一行一个单位、一个文号（区划代码、文号、指标金额、已支付），照报登记，不符的列为差异。"""
    content_type, body = await received_table(request, tx)
    with body:
        lines = await asyncio.to_thread(read_lines, body, content_type, await regions_of(tx))
    made = await service.take_in(tx, year, as_of, lines)
    response.headers["Location"] = f"/v1/finance-reports/{made['id']}"
    return made


@router.get("/v1/finance-reports", response_model=Page[schemas.FinanceReport])
async def list_reports(tx: Reading, paging: PageQuery, year: Year | None = None) -> dict[str, Any]:
    """财政报表清单，新的在前。"""
    return await service.list_reports(tx, paging, year)


@router.get("/v1/finance-reports/{report_id}", response_model=schemas.FinanceReport)
async def find(report_id: UUID, tx: Reading) -> dict[str, Any]:
    """一份财政报表。"""
    return await service.find(tx, report_id)


@router.get("/v1/finance-reports/{report_id}/discrepancies", response_model=Page[schemas.Discrepancy])
async def discrepancies(report_id: UUID, tx: Reading) -> dict[str, Any]:
    """与本系统各数的差异，逐条。"""
    return {"items": await service.discrepancies(tx, report_id), "next_cursor": None}
