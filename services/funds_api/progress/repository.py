"""SQL of progress and industry share, narrowed to what the call reaches."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy.engine import RowMapping

from shared.db.narrowing import expect_many_rows, within
from shared.db.transaction import Transaction

# What was paid by a day is what has been paid less what was paid later: nothing has to be added up for today.
PROGRESS = """
SELECT q.*, coalesce(g.name, q.region_code) AS region_name FROM (
    SELECT a.county_code, a.region_code, a.source_id, a.level, a.document_no, a.year,
           (a.region_code || ':' || a.source_id) COLLATE "C" AS key,
           sum(b.amount) AS allocated, sum(b.paid) - coalesce(sum(later.amount), 0) AS paid
    FROM allocation a
    JOIN allocation_balance b ON b.county_code = a.county_code AND b.allocation_id = a.id
    LEFT JOIN (
        SELECT d.county_code, d.allocation_id, sum(d.amount) AS amount FROM spending_day d
        WHERE {reach_of_days} AND d.paid_on > :as_of GROUP BY d.county_code, d.allocation_id
    ) later ON later.county_code = a.county_code AND later.allocation_id = a.id
    WHERE {reach} AND a.year = :year
    GROUP BY a.county_code, a.region_code, a.source_id, a.level, a.document_no, a.year
    HAVING sum(b.amount) > 0
) q LEFT JOIN region g ON g.county_code = q.county_code AND g.code = q.region_code
WHERE cast(:after as text) IS NULL OR q.key > :after
ORDER BY q.key LIMIT :limit"""

# A township sees its allocations, not the county's sources: for it the industry share has no rows.
INDUSTRY = """
SELECT s.county_code, s.level, s.year, sum(s.amount) AS total, coalesce(sum(i.amount), 0) AS industry
FROM source s LEFT JOIN (
    SELECT a.county_code, a.source_id, sum(b.amount) AS amount FROM allocation a
    JOIN allocation_balance b ON b.county_code = a.county_code AND b.allocation_id = a.id
    WHERE {reach_of_allocations} AND a.year = :year AND a.purpose = 'industry'
    GROUP BY a.county_code, a.source_id
) i ON i.county_code = s.county_code AND i.source_id = s.id
WHERE {reach} AND s.year = :year GROUP BY s.county_code, s.level, s.year ORDER BY s.county_code, s.level"""

# The version in force on a day; for a day before the first one, the first.
PARAMETERS = """
SELECT DISTINCT ON (county_code, name) county_code, name, value FROM parameter
WHERE county_code = ANY (cast(:counties as text[])) AND name = ANY (cast(:names as text[]))
ORDER BY county_code, name, valid_from <= :on DESC, CASE WHEN valid_from <= :on THEN valid_from END DESC,
         valid_from, version DESC"""


async def progress(
    tx: Transaction, year: int, as_of: date, after: str | None, limit: int
) -> Sequence[RowMapping]:
    """By unit and source: county_code, region_code, region_name, source_id, level, document_no, key, …"""
    await expect_many_rows(tx)
    near = within(tx, "a")
    return await tx.rows(
        PROGRESS.format(reach=near.sql, reach_of_days=within(tx, "d").sql),
        {**near.parameters, "year": year, "as_of": as_of, "after": after, "limit": limit},
    )


async def industry(tx: Transaction, year: int) -> Sequence[RowMapping]:
    """By county and level: industry, total."""
    await expect_many_rows(tx)
    near = within(tx, "s")
    return await tx.rows(
        INDUSTRY.format(reach=near.sql, reach_of_allocations=within(tx, "a").sql),
        {**near.parameters, "year": year},
    )


async def parameters(
    tx: Transaction, counties: Collection[str], names: Collection[str], on: date
) -> dict[tuple[str, str], Any]:
    """Values by county and name; what is not set is not there."""
    rows = await tx.rows(PARAMETERS, {"counties": sorted(counties), "names": sorted(names), "on": on})
    return {(row["county_code"], row["name"]): row["value"] for row in rows}
