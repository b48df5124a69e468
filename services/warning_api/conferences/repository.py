"""SQL of conferences: the county's own."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db import Transaction

_COLUMNS: Final = "id, quarter, content, agenda, held_on, conclusions, prepared_by, prepared_at, version"

_ADD: Final = """
INSERT INTO conference (county_code, id, region_code, quarter, content, agenda, held_on, conclusions, prepared_by,
    prepared_at, written_by, written_at, version)
VALUES (:county, :id, :region, :quarter, cast(:content AS jsonb), cast(:agenda AS jsonb), NULL, '[]'::jsonb, :actor,
    :now, :actor, :now, 1)"""

_WRITE: Final = """
UPDATE conference SET content = coalesce(cast(:content AS jsonb), content), agenda = cast(:agenda AS jsonb),
    held_on = :held_on, conclusions = cast(:conclusions AS jsonb), written_by = :actor, written_at = :now,
    version = version + 1
WHERE county_code = :county AND id = :id"""


async def one_at_a_time(tx: Transaction) -> None:
    """Packs of a county are prepared one after another, until the transaction ends."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtext('conference'), hashtext(:county))", {"county": tx.county}
    )


async def in_preparation(tx: Transaction, quarter: str) -> UUID | None:
    """The conference of a quarter that has concluded nothing yet."""
    found: UUID | None = await tx.scalar(
        "SELECT id FROM conference WHERE county_code = :county AND quarter = :quarter"
        " AND conclusions = '[]'::jsonb ORDER BY id LIMIT 1",
        {"county": tx.county, "quarter": quarter},
    )
    return found


async def add(tx: Transaction, values: Mapping[str, Any]) -> None:
    await tx.execute(_ADD, {**values, **_same(tx)})


async def write(tx: Transaction, values: Mapping[str, Any]) -> None:
    """``content``: None leaves it as it is."""
    await tx.execute(_WRITE, {**values, **_same(tx)})


async def conference(tx: Transaction, conference_id: UUID, *, hold: bool = False) -> RowMapping | None:
    """``hold``: nobody else writes on it until the transaction ends."""
    return await tx.row(
        f"SELECT {_COLUMNS} FROM conference WHERE county_code = :county AND id = :id{' FOR UPDATE' * hold}",
        {"county": tx.county, "id": conference_id},
    )


async def conferences(
    tx: Transaction, quarter: str | None, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    return await tx.rows(
        f"SELECT {_COLUMNS} FROM conference WHERE county_code = :county"
        " AND (cast(:quarter AS text) IS NULL OR quarter = :quarter)"
        " AND (cast(:after AS uuid) IS NULL OR id > :after) ORDER BY id LIMIT :limit",
        {"county": tx.county, "quarter": quarter, "after": after, "limit": limit},
    )


def _same(tx: Transaction) -> dict[str, Any]:
    return {"county": tx.county, "region": tx.county, "actor": str(tx.actor), "now": tx.now}
