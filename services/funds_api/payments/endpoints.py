"""Routes of payments."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.funds_api.payments import service
from services.funds_api.payments.schemas import PaymentIn, PaymentOut, ReversalIn
from shared.db.transaction import Transaction
from shared.pagination.cursors import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import tagged
from shared.runtime.route import allowed
from shared.runtime.schema import RegionCode

router = make_router("支付")

Reading = Annotated[Transaction, allowed("funds:read")]
Writing = Annotated[Transaction, allowed("funds:write")]


@router.post("/v1/payments", status_code=201, response_model=PaymentOut)
async def pay(given: PaymentIn, tx: Writing, response: Response) -> dict[str, Any]:
    """登记支付。"""
    made = await service.pay(tx, given)
    tagged(response, made["version"])
    return made


@router.get("/v1/payments", response_model=Page[PaymentOut])
async def list_payments(
    tx: Reading,
    paging: PageQuery,
    project_id: UUID | None = None,
    region: Annotated[RegionCode | None, Query()] = None,
) -> dict[str, Any]:
    """支付与冲销清单。"""
    return await service.list_payments(tx, paging, project_id=project_id, region=region)


@router.get("/v1/payments/{payment_id}", response_model=PaymentOut)
async def find_payment(payment_id: UUID, tx: Reading, response: Response) -> dict[str, Any]:
    """一笔支付。"""
    found = await service.find_payment(tx, payment_id)
    tagged(response, found["version"])
    return found


@router.post("/v1/payments/{payment_id}/reversal", status_code=201, response_model=PaymentOut)
async def reverse(payment_id: UUID, given: ReversalIn, tx: Writing, response: Response) -> dict[str, Any]:
    """冲销一笔支付，每笔至多一次。"""
    made = await service.reverse(tx, payment_id, given)
    tagged(response, made["version"])
    return made
