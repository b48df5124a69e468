"""Bank statements as JSON."""

from datetime import date
from uuid import UUID

from services.funds_api.statements.rules import Result
from shared.runtime.schema import Amount, Instant, Schema


class StatementOut(Schema):
    """Lines by what was found of them. ``repeated``: lines that stood in a former statement, when it is received."""

    id: UUID
    region_code: str
    received_at: Instant
    received_by: str
    count: int
    total: Amount
    matched: int
    doubtful: int
    unmatched: int
    repeated: int | None = None


class LineOut(Schema):
    """``item_id``: the item that the line is of; ``suggested_item_id``: the one that it may be of."""

    id: UUID
    statement_id: UUID
    region_code: str
    posted_on: date
    amount: Amount
    payee: str
    account: str | None
    note: str
    reference: str
    result: Result
    doubt: str | None
    suggested_item_id: UUID | None
    item_id: UUID | None
    decided_by: str | None
    decided_at: Instant | None
    version: int


class DecisionIn(Schema):
    """``item_id``: null where the line is of no item."""

    item_id: UUID | None
