"""The exchange with the finance bureau as JSON."""

from datetime import date
from uuid import UUID

from services.funds_api.finance_exchange.rules import Kind
from shared.runtime.schema import Amount, Instant, Schema


class FinanceReport(Schema):
    """``discrepancies``: how many differences to our own figures there are now; null in lists."""

    id: UUID
    region_code: str
    year: int
    as_of: date
    received_by: str
    received_at: Instant
    discrepancies: int | None = None


class Discrepancy(Schema):
    """``theirs``: the finance bureau's figure; ``difference``: theirs less ours."""

    kind: Kind
    message: str
    region_code: str
    document_no: str
    theirs: Amount | None
    ours: Amount | None
    difference: Amount


class ExportedAllocation(Schema):
    year: int
    region_code: str
    region_name: str
    level: str
    document_no: str
    purpose: str
    allocated: Amount
    paid: Amount


class ExportedPayment(Schema):
    """What has counted as spent: retention money and transfers only when they are settled, what households got too.
    Less than nothing where it came back. Without payees: they are for the bank, not for this table."""

    paid_on: date
    region_code: str
    project_name: str | None
    document_no: str
    amount: Amount
    reference: str | None
    kind: str
