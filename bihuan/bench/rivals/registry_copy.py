"""The limit of an import: one connection COPYs the ready rows into the same tables with the same indexes.

The rows are those that an import has made, taken out again; nobody reads, checks, seals, indexes or compares
anything. They are given in the form that COPY reads and writes by itself, from files, and go in as the owner, whom
no policy concerns; foreign keys are checked as they always are.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg

#: What an import fills, households before what points to them.
TABLES: Final = ("household", "person", "income_record")
#: What else it may have left behind.
TRACES: Final = ("household_history", "person_history", "registry_import", "import_row", "import_reject")


@dataclass(frozen=True, slots=True)
class ReadyRegistry:
    """The rows of ``TABLES`` on disk, a file each."""

    folder: Path

    def path(self, table: str) -> Path:
        return self.folder / table


async def take_ready_registry(owner_url: str, folder: Path) -> ReadyRegistry:
    """All rows that stand in the registry now; ``folder`` is there."""
    connection = await asyncpg.connect(owner_url)
    try:
        for table in TABLES:
            await connection.copy_from_table(table, schema_name="household", output=folder / table)
    finally:
        await connection.close()
    return ReadyRegistry(folder)


async def copy_registry_seconds(owner_url: str, ready: ReadyRegistry) -> float:
    """Seconds until all of it is committed."""
    connection = await asyncpg.connect(owner_url)
    try:
        started = time.perf_counter()
        async with connection.transaction():
            for table in TABLES:
                await connection.copy_to_table(table, schema_name="household", source=ready.path(table))
        return time.perf_counter() - started
    finally:
        await connection.close()


async def empty_registry(owner_url: str) -> None:
    """Nobody in the registry, and fresh files and indexes for the next."""
    connection = await asyncpg.connect(owner_url)
    try:
        tables = ", ".join(f"household.{table}" for table in (*TABLES, *TRACES))
        await connection.execute(f"TRUNCATE {tables} CASCADE")
        await connection.execute("VACUUM (ANALYZE) household.household, household.person")
    finally:
        await connection.close()
