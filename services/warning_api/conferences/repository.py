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
UPDATE conference SET agenda = cast(:agenda AS jsonb), held_on = :held_on,
    conclusions = cast(:conclusions AS jsonb), written_by = :actor, written_at = :now, version = version + 1
WHERE county_code = :county AND id = :id"""


async def add(tx: Transaction, values: Mapping[str, Any]) -> None:
    await tx.execute(_ADD, {**values, **_same(tx)})


async def write(tx: Transaction, values: Mapping[str, Any]) -> None:
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
