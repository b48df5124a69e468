"""SQL of payments, narrowed to what the call reaches."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.funds_api.sources.service import Share
from shared.db.narrowing import within
from shared.db.transaction import Transaction

# Two reversals of one payment meet in the unique key: the second waits for the first, and adds nothing.
INSERT_PAYMENT = """
INSERT INTO payment (county_code, id, region_code, project_id, contract_id, amount, paid_on, payee_sealed, payee_kind,
                     reference, retention, use, rule_version, settles, reversal_of, reason, created_at, created_by)
VALUES (:county, :id, :region_code, :project_id, :contract_id, :amount, :paid_on, :payee_sealed, :payee_kind,
        :reference, :retention, :use, :rule_version, :settles, :reversal_of, :reason, :now, :actor)
ON CONFLICT (county_code, reversal_of) DO NOTHING"""

INSERT_SHARE = """
INSERT INTO payment_share (county_code, payment_id, allocation_id, region_code, amount)
VALUES (:county, :payment_id, :allocation_id, :region_code, :amount)"""

PAYMENTS = """
SELECT y.county_code, y.id, y.project_id, y.contract_id, y.region_code, y.amount, y.paid_on, y.payee_sealed,
       y.payee_kind, y.reference, y.retention, y.use, y.use = 'paid' AS counted, y.rule_version, y.settles,
       y.reversal_of, y.reason, y.created_at, s.allocations, h.amount - h.settled AS outstanding,
       r.id IS NOT NULL AS reversed, 1 + (r.id IS NOT NULL)::int AS version
FROM payment y
LEFT JOIN payment r ON r.county_code = y.county_code AND r.reversal_of = y.id
LEFT JOIN outstanding_payment h ON h.county_code = y.county_code AND h.payment_id = y.id
CROSS JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('allocation_id', s.allocation_id, 'amount', s.amount::text)
                     ORDER BY s.allocation_id) AS allocations
    FROM payment_share s WHERE s.county_code = y.county_code AND s.payment_id = y.id
) s
WHERE {reach}"""

INSERT_OUTSTANDING = """
INSERT INTO outstanding_payment (county_code, payment_id, region_code, amount, settled)
VALUES (:county, :payment_id, :region_code, :amount, 0)"""

# One statement takes and checks; a reversed one has nothing to settle.
SETTLE = """
UPDATE outstanding_payment h SET settled = h.settled + :amount
WHERE {reach} AND h.payment_id = :payment_id AND h.settled + :amount BETWEEN 0 AND h.amount"""

LET_GO = """
UPDATE outstanding_payment h SET amount = 0 WHERE {reach} AND h.payment_id = :payment_id AND h.settled = 0"""

OUTSTANDING = """
SELECT h.amount - h.settled FROM outstanding_payment h WHERE {reach} AND h.payment_id = :payment_id"""

# What is left of each share of an outstanding payment, once its row is held.
SHARES_LEFT = """
SELECT s.allocation_id, s.amount - coalesce(sum(t.amount), 0) AS free
FROM payment_share s
LEFT JOIN payment y ON y.county_code = s.county_code AND y.settles = s.payment_id
LEFT JOIN payment_share t ON t.county_code = y.county_code AND t.payment_id = y.id
                         AND t.allocation_id = s.allocation_id
WHERE {reach} AND s.payment_id = :payment_id
GROUP BY s.allocation_id, s.amount ORDER BY s.allocation_id"""


async def add_payment(tx: Transaction, values: Mapping[str, Any], shares: Sequence[Share]) -> bool:
    """False for a second reversal of the same payment, and nothing is added."""
    defaults = {
        "contract_id": None,
        "settles": None,
        "reversal_of": None,
        "reason": None,
        "county": tx.county,
        "now": tx.now,
        "actor": str(tx.actor),
    }
    added = await tx.execute(INSERT_PAYMENT, defaults | dict(values))
    if added.rowcount == 0:
        return False
    await tx.execute(
        INSERT_SHARE,
        [
            {
                "county": tx.county,
                "payment_id": values["id"],
                "region_code": values["region_code"],
                "allocation_id": share.allocation_id,
                "amount": share.amount,
            }
            for share in shares
        ],
    )
    return True


async def add_outstanding(tx: Transaction, values: Mapping[str, Any]) -> None:
    """That a payment is outstanding, to be settled. ``values``: those of the payment."""
    row = {"payment_id": values["id"], "region_code": values["region_code"], "amount": values["amount"]}
    await tx.execute(INSERT_OUTSTANDING, row | {"county": tx.county})


async def settle(tx: Transaction, payment_id: UUID, amount: Decimal) -> bool:
    """Whether so much of an outstanding payment was outstanding; its row is held then. Negative: settled no more."""
    return await _changed(tx, SETTLE, {"payment_id": payment_id, "amount": amount})


async def let_go(tx: Transaction, payment_id: UUID) -> bool:
    """That an outstanding payment is reversed: False where some of it has been settled."""
    return await _changed(tx, LET_GO, {"payment_id": payment_id})


async def outstanding(tx: Transaction, payment_id: UUID) -> Decimal:
    near = within(tx, "h")
    found = await tx.scalar(OUTSTANDING.format(reach=near.sql), {**near.parameters, "payment_id": payment_id})
    return Decimal(found or 0)


async def shares_left(tx: Transaction, payment_id: UUID) -> Sequence[RowMapping]:
    """allocation_id, free: what of each share has not been settled."""
    near = within(tx, "s")
    return await tx.rows(SHARES_LEFT.format(reach=near.sql), {**near.parameters, "payment_id": payment_id})


async def _changed(tx: Transaction, statement: str, values: Mapping[str, Any]) -> bool:
    near = within(tx, "h")
    result = await tx.execute(statement.format(reach=near.sql), {**near.parameters, **values})
    return result.rowcount == 1


async def payment(tx: Transaction, payment_id: UUID) -> RowMapping | None:
    near = within(tx, "y")
    return await tx.row(
        f"{PAYMENTS.format(reach=near.sql)} AND y.id = :id", {**near.parameters, "id": payment_id}
    )


async def payments(
    tx: Transaction,
    filters: Mapping[str, Any],
    region: tuple[str, str] | None,
    after: UUID | None,
    limit: int,
) -> Sequence[RowMapping]:
    """``filters``: project_id, contract_id, settles, outstanding (not settled whole), each may be None."""
    near = within(tx, "y")
    start, end = region or (None, None)
    return await tx.rows(
        f"""{PAYMENTS.format(reach=near.sql)}
        AND (cast(:project_id as uuid) IS NULL OR y.project_id = :project_id)
        AND (cast(:contract_id as uuid) IS NULL OR y.contract_id = :contract_id)
        AND (cast(:settles as uuid) IS NULL OR y.settles = :settles)
        AND (cast(:outstanding as boolean) IS NULL OR (coalesce(h.amount - h.settled, 0) > 0) = :outstanding)
        AND (cast(:start as text) IS NULL OR (y.region_code >= :start AND y.region_code < :end))
        AND (cast(:after as uuid) IS NULL OR y.id > :after) ORDER BY y.id LIMIT :limit""",
        {
            **near.parameters,
            **filters,
            "start": start,
            "end": end,
            "after": after,
            "limit": limit,
        },
    )
