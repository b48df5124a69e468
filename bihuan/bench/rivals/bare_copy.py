"""The limit: one connection COPYs ready rows into the same table with the same indexes.

The rows are those that a push has filed, taken out again; nobody parses, checks, seals or numbers anything.
They are given in the form that COPY reads and writes by itself, from a file, and go in as the owner, whom no
policy concerns.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import asyncpg

READY_ROWS = "SELECT * FROM warning.warning ORDER BY filing_seq"


@dataclass(frozen=True, slots=True)
class ReadyRows:
    """Rows of ``warning``, column for column, on disk."""

    path: Path
    count: int


async def take_ready_rows(owner_url: str, path: Path) -> ReadyRows:
    """All rows that stand in ``warning`` now."""
    connection = await asyncpg.connect(owner_url)
    try:
        status = await connection.copy_from_query(READY_ROWS, output=path)
    finally:
        await connection.close()
    return ReadyRows(path, int(status.rpartition(" ")[2]))


async def copy_seconds(owner_url: str, rows: ReadyRows) -> float:
    """Seconds of the COPY until it is committed."""
    connection = await asyncpg.connect(owner_url)
    try:
        started = time.perf_counter()
        await connection.copy_to_table("warning", schema_name="warning", source=rows.path)
        return time.perf_counter() - started
    finally:
        await connection.close()
