"""One history with one head, each step of which leads back, and which ends where the models say."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bihuan.database import MIGRATIONS, alembic_config, prepare, role_password_name
from bihuan.launcher.home import Home
from migrations.helpers import ROLES
from migrations.models import METADATA
from shared.testing.databases import TestDatabase
from tests.architecture.catalogue import SCHEMAS, queue_tables

TODAY = date(2026, 11, 8)

#: Everything that a migration makes, in an order that does not depend on when it was made.
SHAPE = """
    SELECT 'column' AS kind, n.nspname || '.' || c.relname || '.' || a.attname AS name,
           format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' ' || a.attcollation AS detail
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY ($1) AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 'constraint', n.nspname || '.' || o.conname, pg_get_constraintdef(o.oid)
    FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace WHERE n.nspname = ANY ($1)
    UNION ALL
    SELECT 'index', schemaname || '.' || indexname, indexdef FROM pg_indexes WHERE schemaname = ANY ($1)
    UNION ALL
    SELECT 'policy', schemaname || '.' || tablename || '.' || policyname, qual
    FROM pg_policies WHERE schemaname = ANY ($1)
    UNION ALL
    SELECT 'grants', n.nspname || '.' || c.relname, c.relacl::text
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p')
    UNION ALL
    SELECT 'function', n.nspname || '.' || p.proname, md5(p.prosrc)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = ANY ($1)
    ORDER BY 1, 2, 3"""


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[AsyncConnection]:
    """As the owner; nothing that is not committed stays."""
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def shape_of(url: str) -> list[tuple[str, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(SHAPE, SCHEMAS)]
    finally:
        await connection.close()


@pytest.fixture
async def empty_database(database: TestDatabase):
    """The owner's URL of a database that no migration has seen."""
    name = f"empty_{secrets.token_hex(6)}"
    maintenance = await database.connect()
    try:
        await maintenance.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        yield f"{database.owner_url.rpartition('/')[0]}/{name}"
        await maintenance.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await maintenance.close()


def test_the_history_has_one_head_and_the_names_of_its_files_tell_their_order() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    assert len(script.get_heads()) == 1
    names = [revision.path.rpartition("/")[2] for revision in script.walk_revisions()]
    assert names == sorted(names, reverse=True)


async def test_every_migration_leads_back_and_forth_again(empty_database: str, home: Home) -> None:
    passwords = {role: home.secret(role_password_name(role)) for role in ROLES.values()}
    await prepare(empty_database, passwords, TODAY)
    first = await shape_of(empty_database)
    assert {row[1].partition(".")[0] for row in first} == set(SCHEMAS)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    steps = len(list(ScriptDirectory.from_config(config).walk_revisions()))
    for _ in range(steps):  # Each by itself: a later one must not clear away what an earlier forgot.
        async with connected(empty_database) as connection:
            await connection.run_sync(lambda each: command.downgrade(alembic_config(each), "-1"))
            await connection.commit()
    assert await shape_of(empty_database) == []
    await prepare(empty_database, passwords, TODAY)
    assert await shape_of(empty_database) == first


def differences(connection: Connection) -> list[str]:
    """What Alembic would change to make the database as the models say."""
    made_for_partitions = {
        row[0]
        for row in connection.exec_driver_sql(
            "SELECT relname FROM pg_class WHERE relispartition"
            " UNION ALL SELECT conname FROM pg_constraint WHERE conparentid <> 0"
        )
    }
    queues = {name.partition(".")[2] for name in queue_tables()}

    def ours(_: Any, name: str | None, kind: str, reflected: bool, __: Any) -> bool:
        return not (reflected and (name in made_for_partitions or (kind == "table" and name in queues)))

    def in_our_schemas(name: str | None, kind: str, _: Any) -> bool:
        return kind != "schema" or name in ROLES

    context = MigrationContext.configure(
        connection,
        opts={
            "target_metadata": METADATA,
            "include_schemas": True,
            "include_object": ours,
            "include_name": in_our_schemas,
            "compare_type": True,
            "version_table_schema": "public",
        },
    )
    return [told(each) for each in compare_metadata(context, METADATA)]


def told(difference: Any) -> str:
    """One of Alembic's differences in a line: what it would do, to what."""
    if isinstance(difference, list):
        return "; ".join(told(each) for each in difference)
    what, *rest = difference
    return " ".join([what, *(str(getattr(each, "name", each)) for each in rest if each is not None)])


async def test_models_and_database_agree(database: TestDatabase) -> None:
    async with connected(database.owner_url) as connection:
        found = await connection.run_sync(differences)
    assert found == [], "\n".join(found)


async def test_the_comparison_sees_a_column_that_the_models_do_not_know(database: TestDatabase) -> None:
    async with connected(database.owner_url) as connection:
        await connection.exec_driver_sql("ALTER TABLE household.region ADD COLUMN stray text")
        assert "stray" in str(await connection.run_sync(differences))
