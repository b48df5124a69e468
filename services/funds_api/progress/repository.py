"""SQL of progress and industry share, narrowed to what the call reaches."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy.engine import RowMapping

from shared.db.narrowing import expect_many_rows, within
from shared.db.transaction import Transaction

#: By what progress is told: what groups the allocations, and what is told of the group.
GROUPS = {
    "unit_source": "a.region_code, a.source_id, a.level, a.document_no",
    "unit": "a.region_code",
    "source": "a.source_id, a.level, a.document_no",
    "level": "a.level",
    "total": "",
}
KEYS = {
    "unit_source": "a.region_code || ':' || a.source_id",
    "unit": "a.region_code",
    "source": "cast(a.source_id as text)",
    "level": "a.level",
    "total": "'total'",
}

# What was paid by a day is what has been paid less what was paid later: nothing has to be added up for today.
PROGRESS = """
SELECT q.*, coalesce(g.name, q.region_code) AS region_name FROM (
    SELECT a.county_code, {told}, a.year, ({key}) COLLATE "C" AS key,
           sum(b.amount) AS allocated, sum(b.paid) - coalesce(sum(later.amount), 0) AS paid
    FROM allocation a
    JOIN allocation_balance b ON b.county_code = a.county_code AND b.allocation_id = a.id
    LEFT JOIN (
        SELECT d.county_code, d.allocation_id, sum(d.amount) AS amount FROM spending_day d
        WHERE {reach_of_days} AND d.paid_on > :as_of GROUP BY d.county_code, d.allocation_id
    ) later ON later.county_code = a.county_code AND later.allocation_id = a.id
    WHERE {reach} AND a.year = :year
    GROUP BY {groups}
    HAVING sum(b.amount) > 0
) q LEFT JOIN region g ON g.county_code = q.county_code AND g.code = q.region_code
WHERE cast(:after as text) IS NULL OR q.key > :after
ORDER BY q.key LIMIT :limit"""

# The same of projects, whose entries are dated: what has gone to ``paid`` after the day is taken off again.
PROJECTS = """
SELECT q.*, coalesce(g.name, q.region_code) AS region_name FROM (
    SELECT p.county_code, p.region_code, p.id AS project_id, p.name AS project_name, p.year,
           cast(p.id as text) COLLATE "C" AS key, f.amount AS allocated, f.paid - coalesce(later.amount, 0) AS paid
    FROM project p
    JOIN LATERAL (
        SELECT sum(f.amount) AS amount, sum(f.paid) AS paid FROM project_funding f
        WHERE f.county_code = p.county_code AND f.project_id = p.id OFFSET 0
    ) f ON f.amount > 0
    LEFT JOIN (
        SELECT e.county_code, cast(split_part(e.account, ':', 3) as uuid) AS project_id, sum(e.amount) AS amount
        FROM (
            SELECT e.county_code, e.debit_account AS account, e.amount FROM ledger_entry e
            WHERE {reach_of_entries} AND e.dated_on > :as_of AND e.debit_account LIKE 'paid:%:%'
            UNION ALL
            SELECT e.county_code, e.credit_account, -e.amount FROM ledger_entry e
            WHERE {reach_of_entries} AND e.dated_on > :as_of AND e.credit_account LIKE 'paid:%:%'
        ) e GROUP BY 1, 2
    ) later ON later.county_code = p.county_code AND later.project_id = p.id
    WHERE {reach} AND p.year = :year AND (cast(:after as uuid) IS NULL OR p.id > cast(:after as uuid))
    ORDER BY p.id LIMIT :limit
) q LEFT JOIN region g ON g.county_code = q.county_code AND g.code = q.region_code ORDER BY q.key"""

# What progress is made of, in values that differ after every change: balances and cards have versions that grow, the
# rest is compared. Whoever books a payment also writes its allocation's balance.
STATE = """
SELECT b.allocations, b.changes, c.cards, c.decisions,
       (SELECT string_agg(concat_ws(' ', name, version, valid_from, value), ';' ORDER BY name, version)
        FROM parameter WHERE county_code = $1 AND name = ANY ($2::text[])) AS parameters,
       (SELECT sum(hashtext(code || ' ' || name)) FROM region WHERE county_code = $1) AS names
FROM (SELECT count(*) AS allocations, sum(version) AS changes FROM allocation_balance WHERE county_code = $1) b,
     (SELECT count(*) AS cards, sum(version) AS decisions FROM card WHERE county_code = $1) c"""

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

# What the management fee and the settlement areas got: of a fund, what its allocations are for and where its
# projects are. ``areas``: ranges of region codes, county by county.
SHARES = """
SELECT s.county_code, s.fund, sum(s.amount) AS total,
    coalesce((SELECT sum(b.amount) FROM allocation a
        JOIN allocation_balance b ON b.county_code = a.county_code AND b.allocation_id = a.id
        WHERE a.county_code = s.county_code AND a.year = :year AND a.fund = s.fund AND a.purpose = 'management'
        AND {reach_of_allocations}), 0) AS management,
    coalesce((SELECT sum(f.amount) FROM allocation a
        JOIN project_funding f ON f.county_code = a.county_code AND f.allocation_id = a.id
        JOIN project p ON p.county_code = f.county_code AND p.id = f.project_id
        WHERE a.county_code = s.county_code AND a.year = :year AND a.fund = s.fund AND {reach_of_allocations}
        AND EXISTS (SELECT FROM unnest(cast(:areas as text[])) AS area (code)
            WHERE p.region_code >= area.code AND p.region_code < area.code || ':')), 0) AS settlement
FROM source s WHERE {reach} AND s.year = :year GROUP BY s.county_code, s.fund ORDER BY s.county_code, s.fund"""

# The version in force on a day; for a day before the first one, the first.
PARAMETERS = """
SELECT DISTINCT ON (county_code, name) county_code, name, value FROM parameter
WHERE county_code = ANY (cast(:counties as text[])) AND name = ANY (cast(:names as text[]))
ORDER BY county_code, name, valid_from <= :on DESC, CASE WHEN valid_from <= :on THEN valid_from END DESC,
         valid_from, version DESC"""


async def state(tx: Transaction, parameters: Sequence[str]) -> tuple[Any, ...]:
    """Another one whenever something in reach that progress is made of has changed: projects apart, with the
    parameters named."""
    driver = await tx.driver()
    (row,) = await driver.fetch(STATE, tx.county, parameters)
    return tuple(row)


async def progress(
    tx: Transaction, by: str, year: int, as_of: date, after: str | None, limit: int
) -> Sequence[RowMapping]:
    """By ``GROUPS``: county_code, key, year, allocated, paid, region_name, and region_code, source_id, level and
    document_no where the group has one."""
    await expect_many_rows(tx)
    near = within(tx, "a")
    grouped = GROUPS[by]
    told = ", ".join(
        f"{name if name in grouped else 'NULL'} AS {name.removeprefix('a.')}"
        for name in ("a.region_code", "a.source_id", "a.level", "a.document_no")
    )
    groups = ", ".join(filter(None, ("a.county_code, a.year", grouped)))
    return await tx.rows(
        PROGRESS.format(
            reach=near.sql, reach_of_days=within(tx, "d").sql, told=told, key=KEYS[by], groups=groups
        ),
        {**near.parameters, "year": year, "as_of": as_of, "after": after, "limit": limit},
    )


async def projects(
    tx: Transaction, year: int, as_of: date, after: str | None, limit: int
) -> Sequence[RowMapping]:
    """The same of projects that have money, by id."""
    near = within(tx, "p")
    return await tx.rows(
        PROJECTS.format(reach=near.sql, reach_of_entries=within(tx, "e").sql),
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


async def shares(tx: Transaction, year: int, areas: Sequence[str]) -> Sequence[RowMapping]:
    """By county and fund: total, management, settlement."""
    await expect_many_rows(tx)
    near = within(tx, "s")
    return await tx.rows(
        SHARES.format(reach=near.sql, reach_of_allocations=within(tx, "a").sql),
        {**near.parameters, "year": year, "areas": list(areas)},
    )


async def parameters(
    tx: Transaction, counties: Collection[str], names: Collection[str], on: date
) -> dict[tuple[str, str], Any]:
    """Values by county and name; what is not set is not there."""
    rows = await tx.rows(PARAMETERS, {"counties": sorted(counties), "names": sorted(names), "on": on})
    return {(row["county_code"], row["name"]): row["value"] for row in rows}
