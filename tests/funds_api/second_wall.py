"""What row-level security alone lets the service's own role see: no query of ours narrows it."""

import asyncpg

from shared.testing.databases import TestDatabase

TOWNSHIP = ("231226100", "231226101")
ANOTHER = ("231226101", "231226102")
NOWHERE = ("", "")


async def seen(database: TestDatabase, tables: tuple[str, ...], reach: tuple[str, str]) -> dict[str, int]:
    """Rows of each table that a call with this range is shown."""
    connection = await asyncpg.connect(database.service_url("funds"))
    try:
        async with connection.transaction():
            start, end = reach
            await connection.execute(f"SET LOCAL app.region_from0 = '{start}'")
            await connection.execute(f"SET LOCAL app.region_to0 = '{end}'")
            return {
                table: await connection.fetchval(f"SELECT count(*) FROM funds.{table}") for table in tables
            }
    finally:
        await connection.close()
