"""Payments as they come in and go out."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool, StringConstraints

from shared.runtime.schema import Amount, Day, Instant, PositiveAmount, Schema, ShortText


class PaymentIn(Schema):
    """``retention``: retention money (质保金), which does not count as spent."""

    project_id: UUID
    amount: PositiveAmount
    paid_on: Day
    payee: ShortText
    reference: ShortText | None = None
    retention: StrictBool = False


class ReversalIn(Schema):
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class ShareOut(Schema):
    allocation_id: UUID
    amount: Amount


class PaymentOut(Schema):
    """A reversal has the negative amount and names its payment in ``reversal_of``; so amounts can be summed.

    ``payee`` in full for finance, county and township, masked for others: it may be a natural person.
    """

    id: UUID
    project_id: UUID
    region_code: str
    amount: Amount
    paid_on: date
    payee: str
    reference: str | None
    retention: bool
    allocations: list[ShareOut] = Field(description="指标及各自金额")
    reversed: bool
    reversal_of: UUID | None
    reason: str | None
    created_at: Instant
    version: int
