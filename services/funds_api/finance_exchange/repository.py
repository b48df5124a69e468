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

# Payments by project and document; the payee stays here.
PAYMENTS: Final = """
SELECT y.paid_on, y.region_code, p.name AS project_name, a.document_no, s.amount, y.reference,
    CASE WHEN y.reversal_of IS NULL THEN 'payment' ELSE 'reversal' END AS kind
FROM payment y
JOIN payment_share s ON s.county_code = y.county_code AND s.payment_id = y.id
JOIN allocation a ON a.county_code = s.county_code AND a.id = s.allocation_id
JOIN project p ON p.county_code = y.county_code AND p.id = y.project_id
WHERE {reach} AND a.year = :year AND y.paid_on <= :as_of ORDER BY y.paid_on, y.id, a.document_no"""


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
    """Payments and reversals by document, without payees."""
    await expect_many_rows(tx)
    near = within(tx, "y")
    return await tx.rows(PAYMENTS.format(reach=near.sql), {**near.parameters, "year": year, "as_of": as_of})
