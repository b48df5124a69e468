"""Entries, findings of the recount, and budget years as they go out."""

from datetime import date
from typing import Literal
from uuid import UUID

from services.funds_api.ledger.service import DocumentKind
from shared.runtime.schema import Amount, Instant, Schema, ShortText


class EntryOut(Schema):
    """``amount`` went from ``credit_account`` to ``debit_account``; ``dated_on`` is the day in whose year it counts."""

    id: UUID
    region_code: str
    booked_at: Instant
    dated_on: date
    document_kind: DocumentKind
    document_id: UUID
    debit_account: str
    credit_account: str
    amount: Amount


class RecountOut(Schema):
    counted_at: Instant
    differences: int


class FindingOut(Schema):
    """``kept`` is what the balance ``subject`` says, ``counted`` what its entries come to."""

    id: UUID
    kind: str
    subject: str
    kept: Amount | None
    counted: Amount | None
    found_at: Instant
    last_found_at: Instant
    resolved_at: Instant | None


class ClosingIn(Schema):
    document_no: ShortText | None = None


class YearOut(Schema):
    """``closing``: one person has asked to close the year, another has to approve; until then booking goes on."""

    county_code: str
    year: int
    state: Literal["open", "closing", "closed"]
    document_no: str | None
    requested_by: str | None
    requested_at: Instant | None
    closed_by: str | None
    closed_at: Instant | None
    version: int
