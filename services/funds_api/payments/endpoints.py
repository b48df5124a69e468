"""Routes of payments."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.funds_api.payments import service
from services.funds_api.payments.schemas import (
    OnwardPaymentIn,
    PaymentIn,
    PaymentOut,
    ReleaseIn,
    ReversalIn,
)
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
    contract_id: UUID | None = None,
    settles: UUID | None = None,
    outstanding: bool | None = None,
) -> dict[str, Any]:
    """支付与冲销清单；outstanding 为尚未释放的质保金和尚未支出的拨付资金。"""
    filters = {
        "project_id": project_id,
        "contract_id": contract_id,
        "settles": settles,
        "outstanding": outstanding,
    }
    return await service.list_payments(tx, paging, region=region, filters=filters)


@router.get("/v1/payments/{payment_id}", response_model=PaymentOut)
async def find_payment(payment_id: UUID, tx: Reading, response: Response) -> dict[str, Any]:
    """一笔支付。"""
    found = await service.find_payment(tx, payment_id)
    tagged(response, found["version"])
    return found


@router.post("/v1/payments/{payment_id}/release", status_code=201, response_model=PaymentOut)
async def release(payment_id: UUID, given: ReleaseIn, tx: Writing, response: Response) -> dict[str, Any]:
    """释放质保金，从此计入支出。"""
    made = await service.release(tx, payment_id, given)
    tagged(response, made["version"])
    return made


@router.post("/v1/payments/{payment_id}/onward", status_code=201, response_model=PaymentOut)
async def pay_on(payment_id: UUID, given: OnwardPaymentIn, tx: Writing, response: Response) -> dict[str, Any]:
    """单位从拨付资金中支付，从此计入支出。"""
    made = await service.pay_on(tx, payment_id, given)
    tagged(response, made["version"])
    return made


@router.post("/v1/payments/{payment_id}/reversal", status_code=201, response_model=PaymentOut)
async def reverse(payment_id: UUID, given: ReversalIn, tx: Writing, response: Response) -> dict[str, Any]:
    """冲销一笔支付，每笔至多一次。"""
    made = await service.reverse(tx, payment_id, given)
    tagged(response, made["version"])
    return made
