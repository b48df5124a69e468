"""SQL of cards."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db import Transaction
from shared.db.narrowing import within

SHOWN: Final = """c.id, c.county_code, c.region_code, c.year, c.source_id, c.kind, c.state, c.reasons, c.note,
    c.issued_by, c.issued_at, c.appeal, c.appealed_by, c.appealed_at, c.decision, c.decided_by, c.decided_at,
    c.version"""

ADD: Final = """
INSERT INTO card (county_code, id, region_code, year, source_id, kind, state, reasons, note, issued_by, issued_at,
    version)
VALUES (:county, :id, :region, :year, :source, :kind, 'issued', cast(:reasons as jsonb), :note, :actor, :now, 1)
ON CONFLICT DO NOTHING"""

# Retired projects (terminated) are late for nobody.
SLOW_PROJECTS: Final = """
SELECT p.county_code, p.region_code,
    count(*) FILTER (WHERE p.state = 'reserve') AS reserve,
    count(*) FILTER (WHERE p.state IN ('started', 'under_construction', 'suspended')) AS unfinished
FROM project p WHERE {reach} AND p.year = :year GROUP BY p.county_code, p.region_code"""


async def add(tx: Transaction, values: Mapping[str, Any]) -> bool:
    """Whether none of the kind stood."""
    done = await tx.execute(ADD, {**values, "county": tx.county, "actor": str(tx.actor), "now": tx.now})
    return done.rowcount == 1


async def card(tx: Transaction, card_id: UUID, *, lock: bool = False) -> RowMapping | None:
    near = within(tx, "c")
    return await tx.row(
        f"SELECT {SHOWN} FROM card c WHERE {near.sql} AND c.id = :id" + (" FOR UPDATE" if lock else ""),
        {**near.parameters, "id": card_id},
    )


async def cards(
    tx: Transaction, year: int | None, state: str | None, before: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """The newest first."""
    near = within(tx, "c")
    return await tx.rows(
        f"""SELECT {SHOWN} FROM card c WHERE {near.sql}
        AND (cast(:year as integer) IS NULL OR c.year = :year)
        AND (cast(:state as text) IS NULL OR c.state = :state)
        AND (cast(:before as uuid) IS NULL OR c.id < :before) ORDER BY c.id DESC LIMIT :limit""",
        {**near.parameters, "year": year, "state": state, "before": before, "limit": limit},
    )


async def standing(tx: Transaction, year: int) -> Sequence[RowMapping]:
    """Unit, source and kind of the cards that are not lifted."""
    near = within(tx, "c")
    return await tx.rows(
        f"SELECT c.county_code, c.region_code, c.source_id, c.kind FROM card c"
        f" WHERE {near.sql} AND c.year = :year AND c.state <> 'lifted'",
        {**near.parameters, "year": year},
    )


async def change(tx: Transaction, card_id: UUID, values: Mapping[str, Any]) -> None:
    names = ", ".join(f"{name} = :{name}" for name in values)
    await tx.execute(
        f"UPDATE card SET {names}, version = version + 1 WHERE county_code = :county AND id = :card",
        {**values, "county": tx.county, "card": card_id},
    )


async def slow_projects(tx: Transaction, year: int) -> Sequence[RowMapping]:
    """By unit: projects of the year that are in reserve, and that are begun and not completed."""
    near = within(tx, "p")
    return await tx.rows(SLOW_PROJECTS.format(reach=near.sql), {**near.parameters, "year": year})
