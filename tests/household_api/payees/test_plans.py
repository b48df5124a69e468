"""Checking thousands of households reads each by its id, whatever plan the connection keeps."""

from datetime import datetime
from uuid import UUID

import pytest

from services.household_api.payees.repository import AS_IT_WAS
from shared.auth.caller import Reach
from shared.clock import SHANGHAI
from shared.identifiers.regions import region_range
from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.household_api.conftest import COUNTY
from tests.household_api.explaining import check_reads_by, nodes
from tests.household_api.registry.test_plans import FILL

READ_BY = {
    "pk_household",
    "pk_household_history",
    "ix_person_county_code_household_id",
    "ix_person_history_county_code_household_id",
}


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
async def test_households_are_read_by_their_ids(
    running: RunningService, database: TestDatabase, mode: str
) -> None:
    owner = await database.connect()
    try:
        if not await owner.fetchval("SELECT count(*) FROM household.household"):
            for statement in FILL.split(";"):
                await owner.execute(statement)
    finally:
        await owner.close()
    reach = Reach(COUNTY, (region_range(COUNTY),))
    condition = "(h.county_code = $1 AND h.region_code >= $6 AND h.region_code < $7)"
    statement = AS_IT_WAS.format(reach=condition)
    for name, number in (("county", 1), ("at", 2), ("places", 3), ("ids", 4), ("names", 5)):
        statement = statement.replace(f":{name}", f"${number}")
    async with running.context.database.begin(running.context, reach, running.context.actor) as tx:
        driver = await tx.driver()
        await driver.execute(f"SET LOCAL plan_cache_mode = {mode}")
        await driver.execute(
            f"PREPARE checked_by_{mode} (bpchar, timestamptz, int[], uuid[], bytea[], text, text) AS {statement}"
        )
        ids = ",".join(f"'{UUID(int=number)}'" for number in range(5_000))
        places = ",".join(map(str, range(5_000)))
        names = ",".join(["'\\x00'"] * 5_000)
        told = await driver.fetchval(
            f"EXPLAIN (FORMAT JSON) EXECUTE checked_by_{mode} ('{COUNTY}', '{datetime(2026, 11, 8, tzinfo=SHANGHAI)}',"
            f" array[{places}], array[{ids}]::uuid[], array[{names}]::bytea[],"
            f" '{COUNTY}', '{COUNTY}:')"
        )
        await driver.execute(f"DEALLOCATE checked_by_{mode}")
    plan = told[0]["Plan"]
    check_reads_by(plan, READ_BY)
    for node in nodes(plan):
        if "Index Name" in node:
            assert "household_id" in node["Index Cond"] or "id = " in node["Index Cond"], node["Index Cond"]
