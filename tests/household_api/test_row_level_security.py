"""Every table with rows of a place, behind the second wall. The catalogue names them, so none is ever forgotten."""

from collections.abc import AsyncIterator, Iterable

import asyncpg
import pytest
import pytest_asyncio

from shared.testing.databases import TestDatabase
from tests.factories.registry import OTHER_VILLAGE, VILLAGE
from tests.household_api.conftest import COUNTY

#: What became of a code: nobody's data.
UNSECURED = {"region_change"}

#: Values by type that no unique key refuses.
VALUES = {
    "uuid": "gen_random_uuid()",
    "text": "gen_random_uuid()::text",
    "bytea": "decode(replace(gen_random_uuid()::text, '-', ''), 'hex')",
    "integer": "1",
    "bigint": "1",
    "boolean": "false",
    "date": "current_date",
    "timestamp with time zone": "now()",
    "jsonb": "'{}'",
    "text[]": "'{}'",
    "numeric(18,2)": "1",
}
PLACE_TYPE = "character varying(12)"

TABLES = """
SELECT c.relname, c.relrowsecurity FROM pg_class c
WHERE c.relnamespace = 'household'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'region_code')
ORDER BY 1"""

COLUMNS = """
SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
WHERE attrelid = ('household.' || $1)::regclass AND attnum > 0 AND NOT attisdropped AND attnotnull"""

FOREIGN_KEYS = """
SELECT conrelid::regclass::text AS table, conname FROM pg_constraint
WHERE contype = 'f' AND connamespace = 'household'::regnamespace"""

IN_ONE_TOWNSHIP = "SET LOCAL app.region_from0 = '231226100'; SET LOCAL app.region_to0 = '231226101'"


def new_row(table: str, columns: Iterable[asyncpg.Record], place: str) -> str:
    """An INSERT of a row that says nothing but where it belongs."""
    values = {}
    for column in columns:
        if column["name"] == "county_code":
            values["county_code"] = f"'{COUNTY}'"
        elif column["type"] == PLACE_TYPE:
            values[column["name"]] = f"'{place}'"
        else:
            values[column["name"]] = VALUES[column["type"]]
    return f"INSERT INTO household.{table} ({', '.join(values)}) VALUES ({', '.join(values.values())})"


@pytest_asyncio.fixture(scope="module")
async def filled(database: TestDatabase) -> dict[str, list[asyncpg.Record]]:
    """The tables of places with their columns, each with one row in two townships; foreign keys are gone."""
    owner = await database.connect()
    try:
        for key in await owner.fetch(FOREIGN_KEYS):
            await owner.execute(f'ALTER TABLE {key["table"]} DROP CONSTRAINT "{key["conname"]}"')
        tables = {row["relname"]: row["relrowsecurity"] for row in await owner.fetch(TABLES)}
        assert {table for table, secured in tables.items() if not secured} == UNSECURED
        columns = {table: await owner.fetch(COLUMNS, table) for table in tables if table not in UNSECURED}
        for table, of_table in columns.items():
            for place in (VILLAGE, OTHER_VILLAGE):
                await owner.execute(new_row(table, of_table, place))
    finally:
        await owner.close()
    return columns


@pytest_asyncio.fixture
async def service(database: TestDatabase) -> AsyncIterator[asyncpg.Connection]:
    """The service's own login, reaching one township."""
    connection = await asyncpg.connect(database.service_url("household"))
    async with connection.transaction():
        await connection.execute(IN_ONE_TOWNSHIP)
        yield connection
    await connection.close()


async def test_every_table_hides_what_lies_outside_and_takes_nothing_there(
    filled: dict[str, list[asyncpg.Record]], service: asyncpg.Connection
) -> None:
    assert {"household", "person", "income_record", "case_clock", "assistance_plan"} < filled.keys()
    for table, columns in filled.items():
        seen = await service.fetch(f"SELECT region_code FROM household.{table}")
        assert [row["region_code"] for row in seen] == [VILLAGE], table
        await service.execute(new_row(table, columns, VILLAGE))
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            async with service.transaction():
                await service.execute(new_row(table, columns, OTHER_VILLAGE))


async def test_without_a_place_nothing_is_seen(
    filled: dict[str, list[asyncpg.Record]], database: TestDatabase
) -> None:
    connection = await asyncpg.connect(database.service_url("household"))
    try:
        for table in filled:
            assert await connection.fetchval(f"SELECT count(*) FROM household.{table}") == 0, table
    finally:
        await connection.close()
