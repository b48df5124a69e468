"""The state of the tables before a timing, brought about as their owner."""

import asyncio

import asyncpg

#: Stays: the county's configuration, the keys, the migration's subscriptions.
KEPT = ("data_key", "parameter", "region", "subscription", "bench_person")

LOOP_TABLES = """
SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'warning' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> ALL ($1)
ORDER BY 1"""


async def reset_loop(owner_url: str) -> None:
    """Truncate every table of warning_api but its configuration: fresh files, fresh indexes."""
    connection = await asyncpg.connect(owner_url)
    try:
        tables = [row[0] for row in await connection.fetch(LOOP_TABLES, list(KEPT))]
        while True:
            try:
                await connection.execute(f"TRUNCATE {', '.join(tables)}")
                break
            except asyncpg.DeadlockDetectedError:
                # The worker was at one of its own; its next turn is a minute away.
                await asyncio.sleep(1)
    finally:
        await connection.close()


async def analyse_registry(owner_url: str) -> None:
    """What autovacuum does within minutes of an import: a registry is not imported amid a push."""
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute("VACUUM (ANALYZE) household.person, household.household")
    finally:
        await connection.close()
