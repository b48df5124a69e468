"""SQL of distributions of a station's income and of what is paid of them; narrowed to what the call reaches."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db.narrowing import within
from shared.db.transaction import Transaction

ADD: Final = """
INSERT INTO distribution (county_code, id, region_code, station_id, from_month, to_month, document_no, state, version,
                          created_at, created_by)
VALUES (:county, :id, :region_code, :station_id, :from_month, :to_month, :document_no, 'open', 1, :now, :actor)"""

ADD_SHARE: Final = """
INSERT INTO distribution_share (county_code, distribution_id, use, region_code, amount, paid)
VALUES (:county, :distribution_id, :use, :region_code, :amount, 0)"""

ADD_POST: Final = """
INSERT INTO distribution_post (county_code, distribution_id, post, region_code, household_id, amount, paid)
VALUES (:county, :distribution_id, :post, :region_code, :household_id, :amount, 0)"""

DISTRIBUTIONS: Final = """
SELECT d.id, d.station_id, d.region_code, d.from_month, d.to_month, d.document_no, d.state, d.closed_because,
       d.created_at, d.version, f.amount, f.paid, f.shares
FROM distribution d CROSS JOIN LATERAL (
    SELECT sum(f.amount) AS amount, sum(f.paid) AS paid,
           jsonb_agg(jsonb_build_object('use', f.use, 'amount', f.amount::text, 'paid', f.paid::text)
                     ORDER BY f.use) AS shares
    FROM distribution_share f WHERE f.county_code = d.county_code AND f.distribution_id = d.id
) f
WHERE {reach}"""

CLOSE: Final = """
UPDATE distribution SET state = 'closed', closed_because = :reason, closed_at = :now, closed_by = :actor,
    version = version + 1
WHERE county_code = :county AND id = :id"""

# What was not paid goes back to the station.
GIVE_BACK: Final = """
UPDATE distribution_share SET amount = paid WHERE county_code = :county AND distribution_id = :id"""

PAY_SHARE: Final = """
UPDATE distribution_share SET paid = paid + :paid, amount = amount + :amount
WHERE county_code = :county AND distribution_id = :id AND use = :use"""

PAY_POST: Final = """
UPDATE distribution_post SET paid = paid + :paid
WHERE county_code = :county AND distribution_id = :id AND post = :post"""

# Nothing is paid for twice: ``attempt`` counts how often it was paid and taken back before, and two that pay for the
# same thing at once have the same, so that one of them adds nothing.
ADD_PAYMENT: Final = """
INSERT INTO income_payment (county_code, id, region_code, station_id, distribution_id, use, paid_for, attempt,
    household_id, post, month, amount, paid_on, document_no, reference, reversal_of, reason, created_at, created_by)
VALUES (:county, :id, :region_code, :station_id, :distribution_id, :use, :paid_for,
    (SELECT count(*) FROM income_payment r WHERE r.county_code = :county AND r.station_id = :station_id
     AND r.paid_for = :paid_for AND r.reversal_of IS NOT NULL),
    :household_id, :post, :month, :amount, :paid_on, :document_no, :reference, :reversal_of, :reason, :now, :actor)
ON CONFLICT DO NOTHING"""

PAYMENT: Final = """y.id, y.station_id, y.distribution_id, y.use, y.household_id, y.post, y.month, y.amount, y.paid_on,
    y.document_no, y.reference, y.reversal_of, y.reason, y.created_at"""


async def add(
    tx: Transaction,
    values: Mapping[str, Any],
    shares: Mapping[str, Decimal],
    posts: Sequence[Mapping[str, Any]],
) -> None:
    """``values``: id, station_id, region_code, from_month, to_month, document_no; ``shares`` by use."""
    given = {**values, "county": tx.county, "now": tx.now, "actor": str(tx.actor)}
    await tx.execute(ADD, given)
    part = {"county": tx.county, "distribution_id": values["id"], "region_code": values["region_code"]}
    await tx.execute(ADD_SHARE, [{**part, "use": use, "amount": amount} for use, amount in shares.items()])
    if posts:
        await tx.execute(ADD_POST, [{**part, **post} for post in posts])


async def distribution(tx: Transaction, distribution_id: UUID) -> RowMapping | None:
    near = within(tx, "d")
    statement = f"{DISTRIBUTIONS.format(reach=near.sql)} AND d.id = :id"
    return await tx.row(statement, {**near.parameters, "id": distribution_id})


async def distributions(
    tx: Transaction, station_id: UUID | None, state: str | None, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    near = within(tx, "d")
    return await tx.rows(
        f"""{DISTRIBUTIONS.format(reach=near.sql)}
        AND (cast(:station_id as uuid) IS NULL OR d.station_id = :station_id)
        AND (cast(:state as text) IS NULL OR d.state = :state)
        AND (cast(:after as uuid) IS NULL OR d.id > :after) ORDER BY d.id LIMIT :limit""",
        {**near.parameters, "station_id": station_id, "state": state, "after": after, "limit": limit},
    )


async def posts(tx: Transaction, distribution_id: UUID) -> Sequence[RowMapping]:
    near = within(tx, "p")
    return await tx.rows(
        "SELECT p.post, p.household_id, p.amount, p.paid FROM distribution_post p"
        f" WHERE {near.sql} AND p.distribution_id = :id ORDER BY p.post",
        {**near.parameters, "id": distribution_id},
    )


async def close(tx: Transaction, distribution_id: UUID, reason: str) -> None:
    """Of a distribution whose station is held."""
    given = {"county": tx.county, "id": distribution_id, "now": tx.now, "actor": str(tx.actor)}
    await tx.execute(CLOSE, {**given, "reason": reason})
    await tx.execute(GIVE_BACK, {"county": tx.county, "id": distribution_id})


async def pay_shares(
    tx: Transaction,
    distribution_id: UUID,
    uses: Mapping[str, Decimal],
    posts: Mapping[str, Decimal],
    *,
    shrink: bool,
) -> None:
    """Add to what is paid of each use and post; ``shrink``: what comes back to a closed plan is planned no more."""
    place = {"county": tx.county, "id": distribution_id}
    rows = [
        {**place, "use": use, "paid": paid, "amount": paid if shrink else Decimal(0)}
        for use, paid in uses.items()
    ]
    await tx.execute(PAY_SHARE, rows)
    if posts:
        await tx.execute(PAY_POST, [{**place, "post": post, "paid": paid} for post, paid in posts.items()])


async def add_payments(tx: Transaction, payments: Sequence[Mapping[str, Any]]) -> list[int]:
    """Places of those that were paid for before, or reversed before."""
    given = {"county": tx.county, "now": tx.now, "actor": str(tx.actor)}
    return [
        place
        for place, payment in enumerate(payments)
        if (await tx.execute(ADD_PAYMENT, {**payment, **given})).rowcount == 0
    ]


async def payment(tx: Transaction, payment_id: UUID) -> RowMapping | None:
    near = within(tx, "y")
    return await tx.row(
        f"SELECT {PAYMENT}, y.region_code, y.paid_for FROM income_payment y WHERE {near.sql} AND y.id = :id",
        {**near.parameters, "id": payment_id},
    )


async def payments(
    tx: Transaction, filters: Mapping[str, Any], after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """``filters``: station_id, distribution_id, month, use, each may be None."""
    near = within(tx, "y")
    return await tx.rows(
        f"""SELECT {PAYMENT} FROM income_payment y WHERE {near.sql}
        AND (cast(:station_id as uuid) IS NULL OR y.station_id = :station_id)
        AND (cast(:distribution_id as uuid) IS NULL OR y.distribution_id = :distribution_id)
        AND (cast(:month as text) IS NULL OR y.month = :month)
        AND (cast(:use as text) IS NULL OR y.use = :use)
        AND (cast(:after as uuid) IS NULL OR y.id > :after) ORDER BY y.id LIMIT :limit""",
        {**near.parameters, **filters, "after": after, "limit": limit},
    )
