"""SQL of the exchange with the finance bureau."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db import Transaction
from shared.db.narrowing import expect_many_rows, within

ADD_LINES: Final = """
INSERT INTO finance_report_line (county_code, report_id, position, region_code, document_no, allocated, paid)
SELECT $1, $2, l.position, l.region_code, l.document_no, l.allocated, l.paid
FROM unnest($3::integer[], $4::text[], $5::text[], $6::numeric[], $7::numeric[])
    AS l (position, region_code, document_no, allocated, paid)"""

ALLOCATIONS: Final = """
SELECT q.*, coalesce(g.name, q.region_code) AS region_name FROM (
    SELECT a.county_code, a.year, a.region_code, a.level, a.document_no, a.purpose, sum(b.amount) AS allocated,
        sum(b.paid) - coalesce(sum(later.amount), 0) AS paid
    FROM allocation a JOIN allocation_balance b ON b.county_code = a.county_code AND b.allocation_id = a.id
    LEFT JOIN (
        SELECT d.county_code, d.allocation_id, sum(d.amount) AS amount FROM spending_day d
        WHERE {reach_of_days} AND d.paid_on > :as_of GROUP BY d.county_code, d.allocation_id
    ) later ON later.county_code = a.county_code AND later.allocation_id = a.id
    WHERE {reach} AND a.year = :year GROUP BY 1, 2, 3, 4, 5, 6
) q LEFT JOIN region g ON g.county_code = q.county_code AND g.code = q.region_code
ORDER BY q.region_code, q.document_no, q.purpose"""

# What has counted as spent, entry by entry, so that it adds up to what the allocations say; the payee stays here.
PAYMENTS: Final = """
SELECT e.dated_on AS paid_on, e.region_code, p.name AS project_name, a.document_no, e.amount, y.reference,
    e.document_kind AS kind
FROM (
    SELECT e.id, e.county_code, e.dated_on, e.region_code, e.document_kind, e.document_id, e.debit_account AS account,
        e.amount
    FROM ledger_entry e WHERE {reach} AND e.dated_on <= :as_of AND e.debit_account LIKE 'paid:%'
    UNION ALL
    SELECT e.id, e.county_code, e.dated_on, e.region_code, e.document_kind, e.document_id, e.credit_account, -e.amount
    FROM ledger_entry e WHERE {reach} AND e.dated_on <= :as_of AND e.credit_account LIKE 'paid:%'
) e
JOIN allocation a ON a.county_code = e.county_code AND a.id = cast(split_part(e.account, ':', 2) as uuid)
LEFT JOIN project p ON p.county_code = e.county_code AND p.id = cast(nullif(split_part(e.account, ':', 3), '') as uuid)
LEFT JOIN payment y ON y.county_code = e.county_code AND y.id = e.document_id
WHERE a.year = :year ORDER BY e.dated_on, e.id"""


async def add(tx: Transaction, report_id: UUID, year: int, as_of: date) -> None:
    await tx.execute(
        "INSERT INTO finance_report (county_code, id, region_code, year, as_of, received_by, received_at)"
        " VALUES (:county, :id, :region, :year, :as_of, :actor, :now)",
        {
            "county": tx.county,
            "id": report_id,
            "region": tx.county,
            "year": year,
            "as_of": as_of,
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )


async def add_lines(tx: Transaction, report_id: UUID, lines: Sequence[tuple[Any, ...]]) -> None:
    """``lines``: position, region_code, document_no, allocated, paid."""
    driver = await tx.driver()
    await driver.execute(ADD_LINES, tx.county, report_id, *map(list, zip(*lines, strict=True)))


async def report(tx: Transaction, report_id: UUID) -> RowMapping | None:
    near = within(tx, "r")
    return await tx.row(
        "SELECT r.id, r.region_code, r.year, r.as_of, r.received_by, r.received_at FROM finance_report r"
        f" WHERE {near.sql} AND r.id = :id",
        {**near.parameters, "id": report_id},
    )


async def reports(tx: Transaction, year: int | None, before: UUID | None, limit: int) -> Sequence[RowMapping]:
    """The newest first."""
    near = within(tx, "r")
    return await tx.rows(
        "SELECT r.id, r.region_code, r.year, r.as_of, r.received_by, r.received_at FROM finance_report r"
        f" WHERE {near.sql} AND (cast(:year as integer) IS NULL OR r.year = :year)"
        " AND (cast(:before as uuid) IS NULL OR r.id < :before) ORDER BY r.id DESC LIMIT :limit",
        {**near.parameters, "year": year, "before": before, "limit": limit},
    )


async def lines(tx: Transaction, report_id: UUID) -> Sequence[RowMapping]:
    near = within(tx, "l")
    return await tx.rows(
        "SELECT l.region_code, l.document_no, l.allocated, l.paid FROM finance_report_line l"
        f" WHERE {near.sql} AND l.report_id = :id ORDER BY l.position",
        {**near.parameters, "id": report_id},
    )


async def allocations(tx: Transaction, year: int, as_of: date) -> Sequence[RowMapping]:
    """By unit, document and purpose: allocated, and paid by the day."""
    await expect_many_rows(tx)
    near = within(tx, "a")
    values: Mapping[str, Any] = {**near.parameters, "year": year, "as_of": as_of}
    return await tx.rows(ALLOCATIONS.format(reach=near.sql, reach_of_days=within(tx, "d").sql), values)


async def payments(tx: Transaction, year: int, as_of: date) -> Sequence[RowMapping]:
    """What has counted as spent, by document, without payees."""
    await expect_many_rows(tx)
    near = within(tx, "e")
    return await tx.rows(PAYMENTS.format(reach=near.sql), {**near.parameters, "year": year, "as_of": as_of})
