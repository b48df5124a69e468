"""The SQL of what is published. Columns are named one by one; payments with their payees are never read,
nor what belongs to a household, nor who holds a post."""

from collections.abc import Sequence

from sqlalchemy.engine import RowMapping

from shared.db.narrowing import expect_many_rows, within
from shared.db.transaction import Transaction

DISCLOSURES = """
SELECT q.*, coalesce(g.name, q.region_code) AS region_name,
    cast(q.created_at AT TIME ZONE 'Asia/Shanghai' AS date) AS first_shown_on FROM (
    SELECT 'source' AS kind, s.id, s.county_code, s.year, s.region_code, s.level, s.document_no,
           NULL AS name, s.purpose, NULL AS state, s.amount, NULL::numeric AS paid, s.created_at,
           ('1:' || s.id) COLLATE "C" AS key
    FROM source s WHERE {source}
    UNION ALL
    SELECT 'allocation', a.id, a.county_code, a.year, a.region_code, a.level, a.document_no, NULL, a.purpose,
           NULL, b.amount, b.paid, a.created_at, ('2:' || a.id) COLLATE "C"
    FROM allocation a JOIN allocation_balance b ON b.county_code = a.county_code AND b.allocation_id = a.id
    WHERE {allocation}
    UNION ALL
    SELECT 'project', p.id, p.county_code, p.year, p.region_code, NULL, NULL, p.name, p.category,
           p.state, coalesce(f.amount, 0), coalesce(f.paid, 0), p.created_at, ('3:' || p.id) COLLATE "C"
    FROM project p LEFT JOIN (
        SELECT f.county_code, f.project_id, sum(f.amount) AS amount, sum(f.paid) AS paid
        FROM project_funding f WHERE {funding} GROUP BY f.county_code, f.project_id
    ) f ON f.county_code = p.county_code AND f.project_id = p.id
    WHERE {project}
    UNION ALL
    SELECT 'asset', t.id, t.county_code, extract(year FROM t.created_at AT TIME ZONE 'Asia/Shanghai')::integer,
           t.region_code, NULL, NULL, v.name, NULL, t.state, t.original_value, NULL, t.created_at,
           ('4:' || t.id) COLLATE "C"
    FROM asset t JOIN (
        SELECT DISTINCT ON (v.county_code, v.asset_id) v.county_code, v.asset_id, v.name
        FROM asset_version v WHERE {version} ORDER BY v.county_code, v.asset_id, v.version DESC
    ) v ON v.county_code = t.county_code AND v.asset_id = t.id
    WHERE {asset} AND t.kind <> 'household_owned'
    UNION ALL
    SELECT 'income', d.id, d.county_code, left(d.to_month, 4)::integer, d.region_code, NULL, d.document_no, w.name,
           NULL, d.state, h.amount, h.paid, d.created_at, ('5:' || d.id) COLLATE "C"
    FROM distribution d JOIN station w ON w.county_code = d.county_code AND w.id = d.station_id
    JOIN (
        SELECT h.county_code, h.distribution_id, sum(h.amount) AS amount, sum(h.paid) AS paid
        FROM distribution_share h WHERE {share} GROUP BY h.county_code, h.distribution_id
    ) h ON h.county_code = d.county_code AND h.distribution_id = d.id
    WHERE {distribution}
) q LEFT JOIN region g ON g.county_code = q.county_code AND g.code = q.region_code
WHERE (cast(:year as integer) IS NULL OR q.year = :year)
  AND (cast(:kind as text) IS NULL OR q.kind = :kind)
  AND (cast(:after as text) IS NULL OR q.key > :after)
ORDER BY q.key LIMIT :limit"""

#: The narrowing of each table of the query.
ALIASES = {
    "source": "s",
    "allocation": "a",
    "project": "p",
    "funding": "f",
    "asset": "t",
    "version": "v",
    "distribution": "d",
    "share": "h",
}


async def disclosures(
    tx: Transaction, year: int | None, kind: str | None, after: str | None, limit: int
) -> Sequence[RowMapping]:
    await expect_many_rows(tx)
    reaches = {table: within(tx, alias).sql for table, alias in ALIASES.items()}
    return await tx.rows(
        DISCLOSURES.format(**reaches),
        {**within(tx, "s").parameters, "year": year, "kind": kind, "after": after, "limit": limit},
    )


async def name_of(tx: Transaction, region: str) -> str | None:
    """A province or city stands in the list of each of its counties."""
    found: str | None = await tx.scalar(
        "SELECT min(name) FROM region WHERE code = :region", {"region": region}
    )
    return found
