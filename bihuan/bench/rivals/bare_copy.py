"""The limit: one connection COPYs ready rows into the same table with the same indexes.

The rows are those that a push has filed, taken out again; nobody parses, checks, seals or numbers anything.
They are given in the form that COPY reads and writes by itself, from a file, and go in as the owner, whom no
policy concerns.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg

#: What filing writes; what comparison writes later is left out.
FILED: Final = (
    "county_code", "cycle", "id", "batch_id", "org_code", "source_record_id", "filing_seq", "line", "indicator",
    "occurred_on", "amount", "region_code", "id_index", "sealed", "filed_at",
)  # fmt: skip
COLUMNS: Final = (*FILED, "state", "matched_region_code")
READY_ROWS: Final = (
    f"SELECT {', '.join(FILED)}, 'filed', region_code FROM warning.warning ORDER BY filing_seq"
)

#: A registry in the same database whose persons are found by the very index that the warnings carry.
REGISTRY: Final = """
DROP TABLE IF EXISTS warning.bench_person;
CREATE TABLE warning.bench_person AS
    SELECT DISTINCT ON (id_index) county_code, id_index, person_id, household_id, household_type, monitoring_type,
        matched_region_code AS region_code
    FROM warning.warning WHERE person_id IS NOT NULL AND id_index IS NOT NULL;
ALTER TABLE warning.bench_person ADD PRIMARY KEY (county_code, id_index);
ANALYZE warning.bench_person"""

MATCH: Final = """
UPDATE warning.warning w
SET match = coalesce(nullif(p.monitoring_type, ''), p.household_type), state = 'compared', person_id = p.person_id,
    household_id = p.household_id, household_type = p.household_type, monitoring_type = p.monitoring_type,
    matched_region_code = p.region_code
FROM warning.bench_person p WHERE p.county_code = w.county_code AND p.id_index = w.id_index"""


@dataclass(frozen=True, slots=True)
class ReadyRows:
    """Rows of ``warning`` on disk, as filing writes them."""

    path: Path
    count: int


async def take_ready_rows(owner_url: str, path: Path) -> ReadyRows:
    """All rows that stand in ``warning`` now, as they were when they were filed."""
    connection = await asyncpg.connect(owner_url)
    try:
        status = await connection.copy_from_query(READY_ROWS, output=path)
    finally:
        await connection.close()
    return ReadyRows(path, int(status.rpartition(" ")[2]))


async def take_registry(owner_url: str) -> None:
    """Give the matching statement the persons that the comparison has found for the rows in ``warning``."""
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute(REGISTRY)
    finally:
        await connection.close()


async def copy_seconds(owner_url: str, rows: ReadyRows, *, match: bool = False) -> float:
    """Seconds of the COPY, and of the one matching statement after it, until they are committed."""
    connection = await asyncpg.connect(owner_url)
    try:
        started = time.perf_counter()
        await connection.copy_to_table("warning", schema_name="warning", source=rows.path, columns=COLUMNS)
        if match:
            await connection.execute(MATCH)
        return time.perf_counter() - started
    finally:
        await connection.close()
