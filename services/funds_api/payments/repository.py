"""SQL of payments, narrowed to what the call reaches."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.funds_api.sources.service import Share
from shared.db.narrowing import within
from shared.db.transaction import Transaction

# Two reversals of one payment meet in the unique key: the second waits for the first, and adds nothing.
INSERT_PAYMENT = """
INSERT INTO payment (county_code, id, region_code, project_id, amount, paid_on, payee_sealed, reference,
                     retention, reversal_of, reason, created_at, created_by)
VALUES (:county, :id, :region_code, :project_id, :amount, :paid_on, :payee_sealed, :reference, :retention,
        :reversal_of, :reason, :now, :actor)
ON CONFLICT (county_code, reversal_of) DO NOTHING"""

INSERT_SHARE = """
INSERT INTO payment_share (county_code, payment_id, allocation_id, region_code, amount)
VALUES (:county, :payment_id, :allocation_id, :region_code, :amount)"""

PAYMENTS = """
SELECT y.county_code, y.id, y.project_id, y.region_code, y.amount, y.paid_on, y.payee_sealed, y.reference,
       y.retention, y.reversal_of, y.reason, y.created_at, s.allocations,
       r.id IS NOT NULL AS reversed, 1 + (r.id IS NOT NULL)::int AS version
FROM payment y
LEFT JOIN payment r ON r.county_code = y.county_code AND r.reversal_of = y.id
CROSS JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('allocation_id', s.allocation_id, 'amount', s.amount::text)
                     ORDER BY s.allocation_id) AS allocations
    FROM payment_share s WHERE s.county_code = y.county_code AND s.payment_id = y.id
) s
WHERE {reach}"""


async def add_payment(tx: Transaction, values: Mapping[str, Any], shares: Sequence[Share]) -> bool:
    """False for a second reversal of the same payment, and nothing is added."""
    defaults = {
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


async def payment(tx: Transaction, payment_id: UUID) -> RowMapping | None:
    near = within(tx, "y")
    return await tx.row(
        f"{PAYMENTS.format(reach=near.sql)} AND y.id = :id", {**near.parameters, "id": payment_id}
    )


async def payments(
    tx: Transaction,
    project_id: UUID | None,
    region: tuple[str, str] | None,
    after: UUID | None,
    limit: int,
) -> Sequence[RowMapping]:
    near = within(tx, "y")
    start, end = region or (None, None)
    return await tx.rows(
        f"""{PAYMENTS.format(reach=near.sql)}
        AND (cast(:project_id as uuid) IS NULL OR y.project_id = :project_id)
        AND (cast(:start as text) IS NULL OR (y.region_code >= :start AND y.region_code < :end))
        AND (cast(:after as uuid) IS NULL OR y.id > :after) ORDER BY y.id LIMIT :limit""",
        {
            **near.parameters,
            "project_id": project_id,
            "start": start,
            "end": end,
            "after": after,
            "limit": limit,
        },
    )
