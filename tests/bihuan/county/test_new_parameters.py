"""A county that is there already gets the parameters of a newer version, and keeps its own."""

from datetime import date

from bihuan.county.new_parameters import add_new_parameters
from shared.testing.databases import TestDatabase
from shared.testing.services import SMALL_COUNTY, add_county

SCHEMAS = ("household", "warning", "funds")


async def test_only_what_is_missing_is_added(database: TestDatabase) -> None:
    for schema in SCHEMAS:
        await add_county(database, schema, SMALL_COUNTY)
    owner = await database.connect()
    try:
        for schema in SCHEMAS:
            await owner.execute(
                f"DELETE FROM {schema}.parameter WHERE name IN ('petition_days', 'fund_names')"
            )
            await owner.execute(f"UPDATE {schema}.parameter SET value = '7' WHERE name = 'plan_days'")
        await add_new_parameters(database.owner_url)
        await add_new_parameters(database.owner_url)
        for schema in SCHEMAS:
            rows = await owner.fetch(
                f"SELECT name, version, value::text AS value, valid_from FROM {schema}.parameter"
                " WHERE name IN ('petition_days', 'plan_days', 'income_line') ORDER BY name"
            )
            assert [tuple(row) for row in rows] == [
                ("petition_days", 1, "5", date(2020, 1, 1)),
                ("plan_days", 1, "7", date(2020, 1, 1)),
            ]
    finally:
        await owner.close()
