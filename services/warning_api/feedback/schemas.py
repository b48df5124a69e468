"""Outcomes and policy receipts as JSON."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.runtime.schema import Amount, Day, LongText, Schema, ShortText


class OutcomeOut(Schema):
    """One for each of the department's warnings; ``outcome`` is null until the feedback is accepted."""

    id: UUID
    warning_id: UUID
    task_id: UUID | None
    cycle: str
    org_code: str
    source_record_id: str
    filing_no: str
    outcome: str | None
    needs_org: str | None
    state: str
    decided_on: date | None
    answer_due_on: date | None


class PolicyReceiptItem(Schema):
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
