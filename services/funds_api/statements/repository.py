"""SQL of bank statements."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db import Transaction
from shared.db.narrowing import within

ADD_LINES: Final = """
INSERT INTO bank_statement_line (county_code, id, statement_id, region_code, posted_on, amount, reference, sealed,
    account_index, result, doubt, suggested_item_id, item_id, version)
SELECT $1::text, l.id, $2, $1::text, l.posted_on, l.amount, l.reference, l.sealed, l.account_index, l.result, l.doubt,
    l.suggested_item_id, l.item_id, 1
FROM unnest($3::uuid[], $4::date[], $5::numeric[], $6::text[], $7::bytea[], $8::bytea[], $9::text[], $10::text[],
    $11::uuid[], $12::uuid[]) AS l
    (id, posted_on, amount, reference, sealed, account_index, result, doubt, suggested_item_id, item_id)"""

# The batches are locked in one order, so that no receipt comes between what is read here and what is written.
CANDIDATES: Final = """
SELECT i.id, i.disbursement_id, i.account_index, i.amount, i.state, i.paid_on, i.reference,
    EXISTS (SELECT FROM bank_statement_line l WHERE l.county_code = $1 AND l.item_id = i.id) AS other_line
FROM disbursement_item i JOIN disbursement d ON d.county_code = i.county_code AND d.id = i.disbursement_id
WHERE i.county_code = $1 AND i.account_index = ANY ($2::bytea[]) AND d.state IN ('approved', 'sent', 'settled')
ORDER BY i.id"""

LOCK_BATCHES: Final = """
SELECT d.id FROM disbursement d WHERE d.county_code = $1 AND d.id IN (
    SELECT i.disbursement_id FROM disbursement_item i
    WHERE i.county_code = $1 AND i.account_index = ANY ($2::bytea[]))
ORDER BY d.id FOR UPDATE"""

SHOWN_LINE: Final = """l.id, l.statement_id, l.region_code, l.posted_on, l.amount, l.reference, l.sealed, l.result,
    l.doubt, l.suggested_item_id, l.item_id, l.decided_by, l.decided_at, l.version"""


async def add(tx: Transaction, statement_id: UUID) -> None:
    await tx.execute(
        "INSERT INTO bank_statement (county_code, id, region_code, received_at, received_by)"
        " VALUES (:county, :id, :region, :now, :actor)",
        {"county": tx.county, "region": tx.county, "id": statement_id, "now": tx.now, "actor": str(tx.actor)},
    )


async def add_lines(tx: Transaction, statement_id: UUID, lines: Sequence[tuple[Any, ...]]) -> None:
    """Columns as in ``ADD_LINES`` from the id on."""
    driver = await tx.driver()
    await driver.execute(ADD_LINES, tx.county, statement_id, *map(list, zip(*lines, strict=True)))


async def known_references(tx: Transaction, references: Sequence[str]) -> set[str]:
    """Those of ``references`` that stand in a statement already."""
    driver = await tx.driver()
    rows = await driver.fetch(
        "SELECT reference FROM bank_statement_line WHERE county_code = $1 AND reference = ANY ($2::text[])",
        tx.county,
        list(references),
    )
    return {row["reference"] for row in rows}


async def candidates(tx: Transaction, accounts: Sequence[bytes]) -> Sequence[Any]:
    """Items of approved batches that go to one of the accounts; their batches are locked."""
    driver = await tx.driver()
    await driver.fetch(LOCK_BATCHES, tx.county, list(accounts))
    found: Sequence[Any] = await driver.fetch(CANDIDATES, tx.county, list(accounts))
    return found


async def statement(tx: Transaction, statement_id: UUID) -> RowMapping | None:
    """With the number and sum of its lines by result."""
    near = within(tx, "s")
    return await tx.row(
        f"""SELECT s.id, s.region_code, s.received_at, s.received_by, count(l.id) AS count,
            coalesce(sum(l.amount), 0) AS total,
            count(*) FILTER (WHERE l.result = 'matched') AS matched,
            count(*) FILTER (WHERE l.result = 'doubtful') AS doubtful,
            count(*) FILTER (WHERE l.result = 'unmatched') AS unmatched
        FROM bank_statement s
        LEFT JOIN bank_statement_line l ON l.county_code = s.county_code AND l.statement_id = s.id
        WHERE {near.sql} AND s.id = :id GROUP BY s.county_code, s.id, s.region_code, s.received_at, s.received_by""",
        {**near.parameters, "id": statement_id},
    )


async def lines(
    tx: Transaction, statement_id: UUID, result: str | None, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    near = within(tx, "l")
    return await tx.rows(
        f"""SELECT {SHOWN_LINE} FROM bank_statement_line l WHERE {near.sql} AND l.statement_id = :id
        AND (cast(:result as text) IS NULL OR l.result = :result)
        AND (cast(:after as uuid) IS NULL OR l.id > :after) ORDER BY l.id LIMIT :limit""",
        {**near.parameters, "id": statement_id, "result": result, "after": after, "limit": limit},
    )


async def line(tx: Transaction, line_id: UUID, *, lock: bool = False) -> RowMapping | None:
    near = within(tx, "l")
    return await tx.row(
        f"SELECT {SHOWN_LINE} FROM bank_statement_line l WHERE {near.sql} AND l.id = :id"
        + (" FOR UPDATE" if lock else ""),
        {**near.parameters, "id": line_id},
    )


async def candidate(tx: Transaction, item_id: UUID) -> RowMapping | None:
    near = within(tx, "i")
    return await tx.row(
        f"""SELECT i.id, i.disbursement_id, i.state, i.amount,
            EXISTS (SELECT FROM bank_statement_line l
                WHERE l.county_code = i.county_code AND l.item_id = i.id AND l.result = 'matched') AS other_line
        FROM disbursement_item i WHERE {near.sql} AND i.id = :id""",
        {**near.parameters, "id": item_id},
    )


async def decide(tx: Transaction, line_id: UUID, values: Mapping[str, Any]) -> None:
    """``values``: result, item_id."""
    await tx.execute(
        "UPDATE bank_statement_line SET result = :result, item_id = :item_id, decided_by = :actor,"
        " decided_at = :now, version = version + 1 WHERE county_code = :county AND id = :id",
        {**values, "county": tx.county, "id": line_id, "actor": str(tx.actor), "now": tx.now},
    )
