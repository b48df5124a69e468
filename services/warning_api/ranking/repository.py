"""SQL of rankings: rows behind them, lines, editions."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db import Transaction
from shared.db.narrowing import Narrowing, reach_condition

RANKING: Final = (
    "r.id, r.county_code, r.quarter, r.edition, r.as_of, r.complete, r.state, r.used, r.made_by, r.made_at,"
    " r.published_by, r.published_at, r.version"
)

KEEP_EVIDENCE: Final = """
INSERT INTO ranking_evidence (county_code, ranking_id, component, township_code, item, counted, detail)
SELECT :county, :ranking, :component, e.township_code, e.item, e.counted, e.detail
FROM ({rows}) AS e (township_code, item, counted, detail)"""

ADD_EVIDENCE: Final = """
INSERT INTO ranking_evidence (county_code, ranking_id, component, township_code, item, counted, detail)
SELECT $1, $2, $3, e.township_code, e.item, e.counted, e.detail::jsonb
FROM unnest($4::text[], $5::text[], $6::boolean[], $7::text[]) AS e (township_code, item, counted, detail)"""


def within_county(tx: Transaction, alias: str) -> Narrowing:
    """Rows of the call's county, or of the counties in its reach: what all its townships may know."""
    if tx.reach.county is not None:
        return Narrowing(f"{alias}.county_code = :county", {"county": tx.reach.county})
    return Narrowing(*reach_condition(tx.reach, f"{alias}.county_code"))


async def next_edition(tx: Transaction, quarter: str) -> int:
    """One more than there are; of two who compute at once the second waits for the first."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtext('warning.ranking'), hashtext(:name))",
        {"name": f"{tx.county}/{quarter}"},
    )
    found: int | None = await tx.scalar(
        "SELECT max(edition) FROM ranking WHERE county_code = :county AND quarter = :quarter",
        {"county": tx.county, "quarter": quarter},
    )
    return (found or 0) + 1


async def add(tx: Transaction, ranking: Mapping[str, Any]) -> None:
    """``id, quarter, edition, complete, used`` (JSON)."""
    await tx.execute(
        "INSERT INTO ranking (county_code, id, quarter, edition, as_of, complete, state, used, made_by, made_at,"
        " version) VALUES (:county, :id, :quarter, :edition, :today, :complete, 'computed',"
        " cast(:used as jsonb), :actor, :now, 1)",
        {**ranking, "county": tx.county, "today": tx.today, "actor": str(tx.actor), "now": tx.now},
    )


async def keep_evidence(
    tx: Transaction, ranking_id: UUID, component: str, rows: str, values: Mapping[str, Any]
) -> None:
    """Keep what a component's SQL answers."""
    await tx.execute(
        KEEP_EVIDENCE.format(rows=rows),
        {**values, "county": tx.county, "ranking": ranking_id, "component": component},
    )


async def add_evidence(
    tx: Transaction, ranking_id: UUID, component: str, rows: Sequence[tuple[str, str, bool, str]]
) -> None:
    """Rows as (township, item, counted, detail as JSON)."""
    driver = await tx.driver()
    columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []]
    await driver.execute(ADD_EVIDENCE, tx.county, ranking_id, component, *columns)


async def counts(tx: Transaction, ranking_id: UUID) -> Sequence[RowMapping]:
    """``township_code, component, numerator, denominator`` from the rows that were kept."""
    return await tx.rows(
        "SELECT township_code, component, count(*) FILTER (WHERE counted)::int AS numerator,"
        " count(*)::int AS denominator FROM ranking_evidence"
        " WHERE county_code = :county AND ranking_id = :ranking GROUP BY 1, 2",
        {"county": tx.county, "ranking": ranking_id},
    )


async def add_lines(tx: Transaction, ranking_id: UUID, lines: Sequence[Mapping[str, Any]]) -> None:
    """``township_code, score, rank, last, tied_at_border, components`` (JSON)."""
    await tx.execute(
        "INSERT INTO ranking_line (county_code, ranking_id, township_code, score, rank, last, tied_at_border,"
        " components) VALUES (:county, :ranking, :township_code, :score, :rank, :last, :tied_at_border,"
        " cast(:components as jsonb))",
        [{**line, "county": tx.county, "ranking": ranking_id} for line in lines],
    )


async def rankings(
    tx: Transaction, quarter: str | None, after: UUID | None, limit: int, *, published: bool
) -> Sequence[RowMapping]:
    """By id; ``published`` ones alone, or all."""
    reach = within_county(tx, "r")
    return await tx.rows(
        f"SELECT {RANKING} FROM ranking r WHERE {reach.sql}"
        " AND (cast(:quarter as text) IS NULL OR r.quarter = :quarter)"
        " AND (cast(:after as uuid) IS NULL OR r.id > cast(:after as uuid))"
        " AND (NOT :published OR r.state = 'published') ORDER BY r.id LIMIT :limit",
        {**reach.parameters, "quarter": quarter, "after": after, "limit": limit, "published": published},
    )


async def ranking(
    tx: Transaction, ranking_id: UUID, *, published: bool, lock: bool = False
) -> RowMapping | None:
    reach = within_county(tx, "r")
    return await tx.row(
        f"SELECT {RANKING} FROM ranking r WHERE {reach.sql} AND r.id = :id"
        " AND (NOT :published OR r.state = 'published')" + (" FOR UPDATE" if lock else ""),
        {**reach.parameters, "id": ranking_id, "published": published},
    )


async def latest_published(tx: Transaction, quarter: str) -> RowMapping | None:
    return await tx.row(
        f"SELECT {RANKING} FROM ranking r WHERE r.county_code = :county AND r.quarter = :quarter"
        " AND r.state = 'published' ORDER BY r.edition DESC LIMIT 1",
        {"county": tx.county, "quarter": quarter},
    )


async def newest_edition(tx: Transaction, quarter: str) -> int:
    return await next_edition(tx, quarter) - 1


async def lines(tx: Transaction, ranking_id: UUID) -> Sequence[RowMapping]:
    """By place, then by code; those that have none last."""
    reach = within_county(tx, "l")
    return await tx.rows(
        "SELECT l.township_code, l.score, l.rank, l.last, l.tied_at_border, l.components FROM ranking_line l"
        f" WHERE {reach.sql} AND l.ranking_id = :id ORDER BY l.rank NULLS LAST, l.township_code",
        {**reach.parameters, "id": ranking_id},
    )


async def publish(tx: Transaction, ranking_id: UUID) -> None:
    await tx.execute(
        "UPDATE ranking SET state = 'published', published_by = :actor, published_at = :now,"
        " version = version + 1 WHERE county_code = :county AND id = :id",
        {"county": tx.county, "id": ranking_id, "actor": str(tx.actor), "now": tx.now},
    )


async def evidence(
    tx: Transaction,
    ranking_id: UUID,
    township: str,
    component: str,
    counted: bool | None,
    after: str | None,
    limit: int,
) -> Sequence[RowMapping]:
    """The rows behind one number, by item."""
    return await tx.rows(
        "SELECT item, counted, detail FROM ranking_evidence WHERE county_code = :county"
        " AND ranking_id = :ranking AND township_code = :township AND component = :component"
        " AND (cast(:after as text) IS NULL OR item > :after)"
        " AND (cast(:counted as boolean) IS NULL OR counted = :counted) ORDER BY item LIMIT :limit",
        {
            "county": tx.county,
            "ranking": ranking_id,
            "township": township,
            "component": component,
            "counted": counted,
            "after": after,
            "limit": limit,
        },
    )
