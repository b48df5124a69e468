"""Records that were filed before in the cycle, or stand earlier in the same file: which, and of what.

A record that counts once is still not lost: what was sent again is kept as it was sealed for ``warning``, under
the id that it would have had there.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.engine import RowMapping

from shared.db import Transaction

CREATE = """
CREATE TEMP TABLE IF NOT EXISTS staged_duplicate (
    line integer, id uuid, source_record_id text, warning_id uuid, same_columns boolean, sealed bytea)
ON COMMIT DROP"""

#: LATERAL: the index is asked for each record, whatever the planner believes of a table filled just now.
NOTE = """
INSERT INTO staged_duplicate
SELECT s.line, s.id, s.source_record_id, w.id, coalesce(
           (s.indicator, s.occurred_on, s.region_code) = (w.indicator, w.occurred_on, w.region_code)
           AND s.amount::numeric(18,2) IS NOT DISTINCT FROM w.amount
           AND s.id_index IS NOT DISTINCT FROM w.id_index, false),
       s.sealed
FROM staged_record s LEFT JOIN LATERAL (
    SELECT id, indicator, occurred_on, region_code, amount, id_index FROM warning
    WHERE county_code = $1 AND cycle = $2 AND org_code = $3 AND source_record_id = s.source_record_id
          AND withdrawn_at IS NULL
    LIMIT 1) w ON true
WHERE w.id IS DISTINCT FROM s.id"""

KEEP = """
INSERT INTO batch_duplicate (
    county_code, cycle, batch_id, line, id, org_code, source_record_id, warning_id, same_columns, sealed)
SELECT $1, $2, $3, line, id, $4, source_record_id, warning_id, same_columns, sealed FROM staged_duplicate"""

SELECT = """
SELECT d.line, d.id, d.source_record_id, d.warning_id, d.same_columns, d.sealed,
       w.batch_id AS of_batch_id, w.line AS of_line, w.sealed AS of_sealed, b.batch_no AS of_batch_no
FROM batch_duplicate d
LEFT JOIN warning w ON w.county_code = d.county_code AND w.cycle = d.cycle AND w.id = d.warning_id
LEFT JOIN batch b ON b.county_code = w.county_code AND b.cycle = w.cycle AND b.id = w.batch_id
WHERE d.county_code = :county AND d.cycle = :cycle AND d.batch_id = :batch AND d.line > :after
ORDER BY d.line LIMIT :limit"""


async def note_duplicates(driver: asyncpg.Connection, county: str, cycle: str, org: str) -> None:
    """Of the chunk that was just filed, remember those records that were not new."""
    await driver.execute(CREATE)
    await driver.execute(NOTE, county, cycle, org)


async def staged_before(driver: asyncpg.Connection) -> set[int]:
    """The lines that ``note_duplicates`` has noted in this transaction."""
    return {row["line"] for row in await driver.fetch("SELECT line FROM staged_duplicate")}


async def keep_duplicates(
    driver: asyncpg.Connection, county: str, cycle: str, batch_id: UUID, org: str
) -> None:
    """Write what was noted of a batch that stands in its table by now."""
    await driver.execute(KEEP, county, cycle, batch_id, org)


async def duplicates_of(
    tx: Transaction, cycle: str, batch_id: UUID, after_line: int, limit: int
) -> list[dict[str, Any]]:
    """By line: ``{line, source_record_id, of: {batch_id, batch_no, line, warning_id, same_content}}``."""
    rows = await tx.rows(
        SELECT,
        {"county": tx.county, "cycle": cycle, "batch": batch_id, "after": after_line, "limit": limit},
    )
    alike = await _alike(tx, rows)
    return [
        {
            "line": row["line"],
            "source_record_id": row["source_record_id"],
            "of": {
                "batch_id": row["of_batch_id"],
                "batch_no": row["of_batch_no"],
                "line": row["of_line"],
                "warning_id": row["warning_id"],
                "same_content": row["id"] in alike,
            }
            if row["of_batch_id"]
            else None,
        }
        for row in rows
    ]


async def _alike(tx: Transaction, rows: Sequence[RowMapping]) -> set[UUID]:
    """Those whose sealed part is the same too. Ciphertexts of one text differ, so both are opened."""
    maybe = [row for row in rows if row["same_columns"] and row["of_sealed"] is not None]
    sealer = await tx.sealer()
    sent = sealer.open_many(
        "warning", "sealed", tx.county, [(row["id"].bytes, row["sealed"]) for row in maybe]
    )
    filed = sealer.open_many(
        "warning", "sealed", tx.county, [(row["warning_id"].bytes, row["of_sealed"]) for row in maybe]
    )
    return {row["id"] for row, one, other in zip(maybe, sent, filed, strict=True) if one == other}
