"""Disbursements as JSON. Batches come in by msgspec (sheet.py), thousands of items at once."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from services.funds_api.disbursements.rules import ItemState, State
from shared.runtime.schema import Amount, Day, Instant, Schema, ShortText


class DisbursementOut(Schema):
    """A batch to households. ``as_of``: the day as of which the households were checked. ``paid``/``rejected``: what
    the bank has answered; ``settled`` when that is all."""

    id: UUID
    region_code: str
    project_id: UUID | None
    allocation_id: UUID | None
    count: int
    total: Amount
    as_of: date
    state: State
    paid_count: int
    paid_total: Amount
    rejected_count: int
    rejected_total: Amount
    refusal: str | None
    created_at: Instant
    created_by: str
    decided_at: Instant | None
    decided_by: str | None
    sent_at: Instant | None
    settled_at: Instant | None
    version: int


class ItemOut(Schema):
    """``payee`` in full for finance, county and township; ``account`` shows its last four digits.
    ``household_type``, ``monitoring_type``, ``region_code``: of the household as of the batch's day."""

    id: UUID
    position: int
    household_id: UUID
    region_code: str
    household_type: str
    monitoring_type: str | None
    purpose: str
    period: str
    amount: Amount
    payee: str
    account: str
    corrects: UUID | None
    state: ItemState
    reason: str | None
    paid_on: date | None
    reference: str | None


class ReceiptIn(Schema):
    """``paid_on`` is needed of what was paid, ``reason`` of what was rejected."""

    item_id: UUID
    status: Literal["paid", "rejected"]
    reason: ShortText | None = None
    paid_on: Day | None = None
    reference: ShortText | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.status == "paid" and self.paid_on is None:
            raise PydanticCustomError("paid_on_missing", "已支付的请填写 paid_on")
        if self.status == "rejected" and not self.reason:
            raise PydanticCustomError("reason_missing", "被退回的请写明 reason")
        return self


class ReceiptsIn(Schema):
    items: Annotated[list[ReceiptIn], Field(min_length=1, max_length=200_000)]


class Answered(DisbursementOut):
    """``accepted``: receipts that said something new; ``unchanged``: those that were recorded before."""

    accepted: int
    unchanged: int


class RefusalIn(Schema):
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)]
