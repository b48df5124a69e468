"""Payments as they come in and go out."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StrictBool, StringConstraints

from services.funds_api.payments.rules import PayeeKind
from shared.runtime.schema import Amount, Day, Instant, PositiveAmount, Schema, ShortText


class PaymentIn(Schema):
    """``retention``: retention money (质保金), which does not count as spent before its release.

    ``payee_kind``: a ``unit`` gets money to pay on, which counts when it does. ``contract_id``: the contract that
    is paid, out of what it binds.
    """

    project_id: UUID
    amount: PositiveAmount
    paid_on: Day
    payee: ShortText
    reference: ShortText | None = None
    retention: StrictBool = False
    payee_kind: PayeeKind = "contractor"
    contract_id: UUID | None = None


class ReleaseIn(Schema):
    """``amount``: all that is left of it where it is not given."""

    paid_on: Day
    amount: PositiveAmount | None = None
    reference: ShortText | None = None


class OnwardPaymentIn(Schema):
    """What a unit pays out of a transfer."""

    amount: PositiveAmount
    paid_on: Day
    payee: ShortText
    payee_kind: Literal["contractor", "beneficiary"] = "contractor"
    reference: ShortText | None = None


class ReversalIn(Schema):
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class ShareOut(Schema):
    allocation_id: UUID
    amount: Amount


class PaymentOut(Schema):
    """A reversal has the negative amount and names its payment in ``reversal_of``; so amounts can be summed.

    ``counted``: it counts as spent, by the county's parameter in the version ``rule_version``. ``outstanding``:
    so much of what does not has not been settled yet. ``settles`` names the outstanding payment that this one uses
    up, whose amount it repeats. ``payee`` in full for finance, county and township, masked for others: it may be
    a natural person.
    """

    id: UUID
    project_id: UUID
    contract_id: UUID | None
    region_code: str
    amount: Amount
    paid_on: date
    payee: str
    payee_kind: PayeeKind
    reference: str | None
    retention: bool
    counted: bool
    rule_version: int | None
    settles: UUID | None
    outstanding: Amount | None
    allocations: list[ShareOut] = Field(description="指标及各自金额")
    reversed: bool
    reversal_of: UUID | None
    reason: str | None
    created_at: Instant
    version: int
