"""SQL of corrections and withdrawals."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.counting import service as counting
from shared.db import Transaction

ADD = """
INSERT INTO warning_entry (county_code, cycle, id, warning_id, org_code, kind, sealed, entered_by, entered_at)
SELECT $1, $2, e.id, e.warning_id, $3, $4, e.sealed, $5, $6
FROM unnest($7::uuid[], $8::uuid[], $9::bytea[]) AS e (id, warning_id, sealed)"""

COUNT = """
UPDATE warning SET entries = coalesce(entries, 0) + 1
WHERE county_code = $1 AND cycle = $2 AND id = ANY ($3::uuid[])"""

OWN = """
SELECT id, cycle, batch_id, org_code, state, task_id, entries FROM warning
WHERE county_code = :county AND id = :id AND org_code = :org"""

CLOSE = """
UPDATE warning SET state = 'closed', closed_at = $4, withdrawn_at = $4
WHERE county_code = $1 AND cycle = $2 AND id = ANY ($3::uuid[])"""

OPEN_OF_BATCH = """
SELECT id FROM warning
WHERE county_code = :county AND cycle = :cycle AND batch_id = :batch AND state <> 'closed' AND id > :after
ORDER BY id LIMIT :limit FOR UPDATE"""


async def add(
    tx: Transaction,
    cycle: str,
    org: str,
    kind: str,
    ids: Sequence[UUID],
    warnings: Sequence[UUID],
    sealed: Sequence[bytes],
) -> None:
    """Keep entries, and count them at their warnings, so that those without any cost nothing to read."""
    driver = await tx.driver()
    await driver.execute(
        ADD, tx.county, cycle, org, kind, str(tx.actor), tx.now, list(ids), list(warnings), list(sealed)
    )
    await driver.execute(COUNT, tx.county, cycle, list(warnings))


async def entries(tx: Transaction, cycles: Sequence[str], warnings: Sequence[UUID]) -> Sequence[RowMapping]:
    """By id, which is the order of entering."""
    return await tx.rows(
        "SELECT id, warning_id, kind, sealed, entered_by, entered_at FROM warning_entry"
        " WHERE county_code = :county AND cycle = ANY (cast(:cycles as text[]))"
        " AND warning_id = ANY (cast(:warnings as uuid[])) ORDER BY id",
        {"county": tx.county, "cycles": sorted(set(cycles)), "warnings": list(warnings)},
    )


async def own_warning(tx: Transaction, warning_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """A warning that the call's department filed."""
    return await tx.row(
        OWN + (" FOR UPDATE" if lock else ""), {"county": tx.county, "id": warning_id, "org": tx.reach.org}
    )


async def close_withdrawn(tx: Transaction, cycle: str, warnings: Sequence[UUID]) -> None:
    """Close warnings without an outcome."""
    await counting.touch(tx, cycle, warnings=warnings)
    driver = await tx.driver()
    await driver.execute(CLOSE, tx.county, cycle, list(warnings), tx.now)


async def open_of_batch(tx: Transaction, cycle: str, batch: UUID, after: UUID, limit: int) -> list[UUID]:
    """Warnings of a batch that are not closed, by id, locked."""
    values: dict[str, Any] = {
        "county": tx.county,
        "cycle": cycle,
        "batch": batch,
        "after": after,
        "limit": limit,
    }
    return [row["id"] for row in await tx.rows(OPEN_OF_BATCH, values)]
