"""Outcomes and policy receipts as JSON."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.runtime.schema import Amount, Code, Day, Instant, LongText, Schema, ShortText, TableItem


class OutcomeOut(Schema):
    """One for each of the department's warnings; ``outcome`` is null until the feedback is accepted. ``waits_for``:
    the department that has to answer, by ``answer_due_on``, ``overdue`` after it; not while it has declined.
    ``version`` rises with every referral."""

    id: UUID
    warning_id: UUID
    task_id: UUID | None
    cycle: str
    org_code: str
    source_record_id: str
    filing_no: str
    indicator: str
    indicator_name: str
    occurred_on: date
    outcome: str | None
    needs_org: str | None
    state: str
    decided_on: date | None
    answer_due_on: date | None
    waits_for: str | None
    declined_on: date | None
    overdue: bool | None
    version: int


class Referral(Schema):
    """``declined``: the department that was needed says that it is not the one; ``redirected``: the county names the
    one that is."""

    id: UUID
    kind: Literal["declined", "redirected"]
    from_org: str
    to_org: str | None
    reason: str
    entered_at: Instant


class ReferredHousehold(Schema):
    """Whom a department is needed for that did not push the warning: where to go, and what the township wrote."""

    name: str
    id_number: str | None
    phone: str | None
    region_code: str
    address: str
    note: str


class Receipt(Schema):
    """What a department did; ``measure``, ``amount`` and ``note`` for those who answer for the household."""

    id: UUID
    warning_id: UUID
    org_code: str
    measure: str | None
    done_on: date
    amount: Amount | None
    note: str | None
    answered_at: Instant


class Receipts(Schema):
    items: list[Receipt]


class ReferredOutcome(OutcomeOut):
    """``referred``: for the department that is waited for, of another's warning; each reading is recorded.
    ``receipts``: what was answered, for a department what it answered itself."""

    receipts: list[Receipt]
    referrals: list[Referral]
    referred: ReferredHousehold | None


class RedirectionIn(Schema):
    needs_org: Code
    reason: ShortText


class PolicyReceiptItem(TableItem):
    """What the department did for one warning."""

    warning_id: UUID
    measure: ShortText
    done_on: Day
    amount: Annotated[Amount, Field(ge=0)] | None = None
    note: LongText | None = None


class ReceiptError(Schema):
    field: str
    code: str
    message: str


class ReceiptResult(Schema):
    """``status``: ``accepted``, ``unchanged`` (sent so before), ``rejected`` or ``not_found``."""

    warning_id: str | None
    status: Literal["accepted", "unchanged", "rejected", "not_found"]
    errors: list[ReceiptError]


class ReceiptsIn(Schema):
    items: Annotated[list[object], Field(min_length=1, max_length=20_000)]


class ReceiptsResult(Schema):
    accepted: int
    rejected: int
    items: list[ReceiptResult]
