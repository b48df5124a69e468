"""SQL of disbursements, narrowed to what the call reaches."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, cast
from uuid import UUID

import asyncpg
from sqlalchemy.engine import RowMapping

from shared.contracts.household_checks import CheckedHousehold
from shared.db import Transaction
from shared.db.narrowing import expect_a_page, within

ADD: Final = """
INSERT INTO disbursement (
    county_code, id, region_code, project_id, allocation_id, count, total, as_of, state, paid_count, paid_total,
    rejected_count, rejected_total, created_at, created_by, version)
VALUES (:county, :id, :region_code, :project_id, :allocation_id, :count, :total, :as_of, 'submitted', 0, 0, 0, 0,
        :now, :actor, 1)"""

SHOWN: Final = """d.id, d.region_code, d.project_id, d.allocation_id, d.count, d.total, d.as_of, d.state, d.paid_count,
    d.paid_total, d.rejected_count, d.rejected_total, d.refusal, d.created_at, d.created_by, d.decided_at,
    d.decided_by, d.sent_at, d.settled_at, d.version"""

# Made once for each connection, empty after every transaction.
STAGING: Final = """
CREATE TEMP TABLE IF NOT EXISTS staged_payment (
    id uuid, position integer, asked integer, household_id uuid, purpose text, period text, amount text, sealed bytea,
    account_index bytea, corrects uuid) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS staged_household (
    asked integer, region_code text, household_type text, monitoring_type text) ON COMMIT DELETE ROWS"""

#: Households that go to the database at once.
HOUSEHOLDS_AT_ONCE: Final = 5_000

TAKEN: Final = """
SELECT s.position, i.state FROM staged_payment s
JOIN disbursement_item i ON i.county_code = $1 AND i.household_id = s.household_id AND i.purpose = s.purpose
    AND i.period = s.period AND i.state IN ('waiting', 'paid') AND i.disbursement_id <> $2
ORDER BY s.position LIMIT $3"""

WRONG_CORRECTIONS: Final = """
SELECT s.position FROM staged_payment s
LEFT JOIN disbursement_item i ON i.county_code = $1 AND i.id = s.corrects AND i.household_id = s.household_id
    AND i.state = 'rejected'
WHERE s.corrects IS NOT NULL AND i.id IS NULL ORDER BY s.position LIMIT $2"""

# In the order of the index that two batches could meet in: they wait for each other in one direction.
ADD_ITEMS: Final = """
INSERT INTO disbursement_item (
    county_code, id, disbursement_id, region_code, position, household_id, household_type, monitoring_type, purpose,
    period, amount, sealed, account_index, corrects, state)
SELECT $1, s.id, $2, h.region_code, s.position, s.household_id, h.household_type, h.monitoring_type, s.purpose,
    s.period, s.amount::numeric(18,2), s.sealed, s.account_index, s.corrects, 'waiting'
FROM staged_payment s JOIN staged_household h ON h.asked = s.asked
ORDER BY s.household_id, s.purpose, s.period"""

#: The index by which the database itself refuses to pay a household twice.
PAID_ONCE: Final = "uq_disbursement_item_paid_once"

ADD_SHARES: Final = """
INSERT INTO disbursement_share
    (county_code, disbursement_id, allocation_id, region_code, position, amount, paid, released)
VALUES (:county, :disbursement, :allocation_id, :region_code, :position, :amount, 0, 0)"""

LINES: Final = """
SELECT id, position, sealed, amount, purpose, period FROM disbursement_item
WHERE county_code = $1 AND disbursement_id = $2 AND position > $3 AND state = 'waiting' ORDER BY position LIMIT $4"""

# What the bank says, by item id: each item is answered once.
ANSWER: Final = """
UPDATE disbursement_item i SET state = a.state, reason = a.reason, paid_on = a.paid_on, reference = a.reference,
    answered_at = $3, answered_by = $4
FROM unnest($5::uuid[], $6::text[], $7::text[], $8::date[], $9::text[]) AS a (id, state, reason, paid_on, reference)
WHERE i.county_code = $1 AND i.disbursement_id = $2 AND i.id = a.id AND i.state = 'waiting'
RETURNING i.id, i.state, i.amount, i.paid_on"""

COUNT_ANSWERS: Final = """
UPDATE disbursement d SET paid_count = paid_count + :paid_count, paid_total = paid_total + :paid_total,
    rejected_count = rejected_count + :rejected_count, rejected_total = rejected_total + :rejected_total,
    version = version + 1,
    state = CASE WHEN paid_count + rejected_count + :paid_count + :rejected_count = count THEN 'settled' ELSE state END,
    settled_at = CASE WHEN paid_count + rejected_count + :paid_count + :rejected_count = count
        THEN cast(:now as timestamptz) END
WHERE county_code = :county AND id = :id"""


async def add(tx: Transaction, values: Mapping[str, Any]) -> None:
    await tx.execute(ADD, {**values, "county": tx.county, "now": tx.now, "actor": str(tx.actor)})


async def stage(
    tx: Transaction, rows: Sequence[bytes], columns: Sequence[str], households: Sequence[CheckedHousehold]
) -> None:
    """Items as binary COPY has them, and the households that they ask for by their place, on the way into their
    table."""
    driver = await tx.driver()
    await driver.execute(STAGING)
    for chunk in rows:
        # The driver takes bytes for a path, and does not say that it takes a view.
        source = cast("Any", memoryview(chunk))
        await driver.copy_to_table("staged_payment", source=source, columns=columns, format="binary")
    for start in range(0, len(households), HOUSEHOLDS_AT_ONCE):
        part = households[start : start + HOUSEHOLDS_AT_ONCE]
        await driver.copy_records_to_table(
            "staged_household",
            records=[
                (asked, each.region_code, each.household_type, each.monitoring_type)
                for asked, each in enumerate(part, start)
            ],
        )
    await driver.execute(
        "ANALYZE staged_payment (asked, household_id, corrects); ANALYZE staged_household (asked)"
    )


async def taken(tx: Transaction, disbursement_id: UUID, most: int) -> Sequence[Any]:
    """``position`` and ``state`` of staged items whose household another batch pays for the same."""
    driver = await tx.driver()
    found: Sequence[Any] = await driver.fetch(TAKEN, tx.county, disbursement_id, most)
    return found


async def wrong_corrections(tx: Transaction, most: int) -> Sequence[Any]:
    """``position`` of staged items that correct what is no rejected item of the same household."""
    driver = await tx.driver()
    found: Sequence[Any] = await driver.fetch(WRONG_CORRECTIONS, tx.county, most)
    return found


async def add_items(tx: Transaction, disbursement_id: UUID) -> bool:
    """Add the staged items, all or none: none where another batch pays one of the households for the same, if only
    since a moment ago."""
    driver = await tx.driver()
    try:
        async with driver.transaction():
            await driver.execute(ADD_ITEMS, tx.county, disbursement_id)
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name != PAID_ONCE:
            raise
        return False
    return True


async def disbursement(tx: Transaction, disbursement_id: UUID, *, lock: bool = False) -> RowMapping | None:
    near = within(tx, "d")
    return await tx.row(
        f"SELECT {SHOWN} FROM disbursement d WHERE {near.sql} AND d.id = :id"
        + (" FOR UPDATE" if lock else ""),
        {**near.parameters, "id": disbursement_id},
    )


async def disbursements(
    tx: Transaction, project_id: UUID | None, state: str | None, before: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """The newest first."""
    near = within(tx, "d")
    return await tx.rows(
        f"""SELECT {SHOWN} FROM disbursement d WHERE {near.sql}
        AND (cast(:project as uuid) IS NULL OR d.project_id = :project)
        AND (cast(:state as text) IS NULL OR d.state = :state)
        AND (cast(:before as uuid) IS NULL OR d.id < :before) ORDER BY d.id DESC LIMIT :limit""",
        {**near.parameters, "project": project_id, "state": state, "before": before, "limit": limit},
    )


async def items(
    tx: Transaction, disbursement_id: UUID, state: str | None, after: int, limit: int
) -> Sequence[RowMapping]:
    """Items in reach after a position, in their order."""
    near = within(tx, "i")
    return await tx.rows(
        f"""SELECT i.id, i.position, i.household_id, i.region_code, i.household_type, i.monitoring_type, i.purpose,
            i.period, i.amount, i.sealed, i.corrects, i.state, i.reason, i.paid_on, i.reference
        FROM disbursement_item i WHERE {near.sql} AND i.disbursement_id = :id AND i.position > :after
        AND (cast(:state as text) IS NULL OR i.state = :state) ORDER BY i.position LIMIT :limit""",
        {**near.parameters, "id": disbursement_id, "state": state, "after": after, "limit": limit},
    )


async def lines(tx: Transaction, disbursement_id: UUID, after: int, limit: int) -> Sequence[Any]:
    """``position`` and what the bank side is told of the items behind a position that nobody has answered."""
    await expect_a_page(tx)
    driver = await tx.driver()
    found: Sequence[Any] = await driver.fetch(LINES, tx.county, disbursement_id, after, limit)
    return found


async def decide(tx: Transaction, disbursement_id: UUID, state: str, refusal: str | None) -> None:
    await tx.execute(
        "UPDATE disbursement SET state = :state, refusal = :refusal, decided_at = :now, decided_by = :actor,"
        " version = version + 1 WHERE county_code = :county AND id = :id",
        {
            "county": tx.county,
            "id": disbursement_id,
            "state": state,
            "refusal": refusal,
            "now": tx.now,
            "actor": str(tx.actor),
        },
    )


async def withdraw_items(tx: Transaction, disbursement_id: UUID) -> None:
    """Of a batch that was refused: their households may be paid by another."""
    await tx.execute(
        "UPDATE disbursement_item SET state = 'withdrawn' WHERE county_code = :county AND disbursement_id = :id",
        {"county": tx.county, "id": disbursement_id},
    )


async def add_shares(
    tx: Transaction, disbursement_id: UUID, region: str, shares: Sequence[tuple[UUID, Decimal]]
) -> None:
    """What each allocation gives, in the order in which it is used up."""
    await tx.execute(
        ADD_SHARES,
        [
            {
                "county": tx.county,
                "disbursement": disbursement_id,
                "allocation_id": allocation,
                "region_code": region,
                "position": position,
                "amount": amount,
            }
            for position, (allocation, amount) in enumerate(shares)
        ],
    )


async def open_shares(tx: Transaction, disbursement_id: UUID) -> Sequence[RowMapping]:
    """``allocation_id`` and what is ``left`` of it, held until the transaction ends."""
    return await tx.rows(
        "SELECT allocation_id, amount - paid - released AS left FROM disbursement_share"
        " WHERE county_code = :county AND disbursement_id = :id ORDER BY position FOR UPDATE",
        {"county": tx.county, "id": disbursement_id},
    )


async def use_shares(tx: Transaction, disbursement_id: UUID, used: Sequence[Mapping[str, Any]]) -> None:
    """``used``: allocation_id, paid, released."""
    await tx.execute(
        "UPDATE disbursement_share SET paid = paid + :paid, released = released + :released"
        " WHERE county_code = :county AND disbursement_id = :id AND allocation_id = :allocation_id",
        [{"county": tx.county, "id": disbursement_id, **one} for one in used],
    )


async def known_items(
    tx: Transaction, disbursement_id: UUID, ids: Sequence[UUID]
) -> dict[UUID, tuple[str, date | None]]:
    """State and day of payment of those of ``ids`` that are items of the batch."""
    driver = await tx.driver()
    rows = await driver.fetch(
        "SELECT id, state, paid_on FROM disbursement_item"
        " WHERE county_code = $1 AND disbursement_id = $2 AND id = ANY ($3::uuid[])",
        tx.county,
        disbursement_id,
        list(ids),
    )
    return {row["id"]: (row["state"], row["paid_on"]) for row in rows}


async def answer(
    tx: Transaction,
    disbursement_id: UUID,
    answers: Sequence[tuple[UUID, str, str | None, date | None, str | None]],
) -> Sequence[Any]:
    """``answers``: id, state, reason, paid_on, reference. The items that wait no longer."""
    driver = await tx.driver()
    columns = [list(column) for column in zip(*answers, strict=True)]
    found: Sequence[Any] = await driver.fetch(
        ANSWER, tx.county, disbursement_id, tx.now, str(tx.actor), *columns
    )
    return found


async def count_answers(tx: Transaction, disbursement_id: UUID, counted: Mapping[str, Any]) -> None:
    await tx.execute(COUNT_ANSWERS, {**counted, "county": tx.county, "id": disbursement_id, "now": tx.now})


async def add_instruction(tx: Transaction, instruction_id: UUID, disbursement_id: UUID, region: str) -> None:
    """What the bank side is to be told, once a batch; kept with the approval."""
    await tx.execute(
        """INSERT INTO bank_instruction
            (county_code, id, disbursement_id, region_code, state, attempts, made_at)
        VALUES (:county, :id, :disbursement, :region, 'prepared', 0, :now)""",
        {
            "county": tx.county,
            "id": instruction_id,
            "disbursement": disbursement_id,
            "region": region,
            "now": tx.now,
        },
    )


async def instruction(tx: Transaction, disbursement_id: UUID) -> RowMapping | None:
    """``id``, ``state``, ``made_on``; locked, so that one worker at a time looks at it."""
    return await tx.row(
        "SELECT id, state, cast(made_at AT TIME ZONE 'Asia/Shanghai' AS date) AS made_on FROM bank_instruction"
        " WHERE county_code = :county AND disbursement_id = :id FOR UPDATE",
        {"county": tx.county, "id": disbursement_id},
    )


async def note_attempt(tx: Transaction, instruction_id: UUID, error: str | None) -> None:
    await tx.execute(
        "UPDATE bank_instruction SET attempts = attempts + 1, last_error = :error"
        " WHERE county_code = :county AND id = :id",
        {"county": tx.county, "id": instruction_id, "error": error},
    )


async def handed_over(tx: Transaction, instruction_id: UUID, disbursement_id: UUID) -> None:
    """The bank side has the instruction."""
    values = {"county": tx.county, "id": instruction_id, "disbursement": disbursement_id, "now": tx.now}
    await tx.execute(
        "UPDATE bank_instruction SET state = 'handed_over', handed_over_at = :now, last_error = NULL"
        " WHERE county_code = :county AND id = :id",
        values,
    )
    await tx.execute(
        "UPDATE disbursement SET state = 'sent', sent_at = :now, version = version + 1"
        " WHERE county_code = :county AND id = :disbursement AND state = 'approved'",
        values,
    )


async def not_handed_over(tx: Transaction) -> Sequence[UUID]:
    """Batches whose instruction the bank side may not have."""
    rows = await tx.rows(
        "SELECT disbursement_id FROM bank_instruction WHERE county_code = :county AND state = 'prepared'",
        {"county": tx.county},
    )
    return [row["disbursement_id"] for row in rows]


async def batches_of(tx: Transaction, item_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The batch of each item, by item id; of those that there are."""
    driver = await tx.driver()
    rows = await driver.fetch(
        "SELECT id, disbursement_id FROM disbursement_item WHERE county_code = $1 AND id = ANY ($2::uuid[])",
        tx.county,
        list(item_ids),
    )
    return {row["id"]: row["disbursement_id"] for row in rows}
