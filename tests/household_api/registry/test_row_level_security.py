"""The second wall alone: the service's own login, without the repository's narrowing."""

import asyncpg
import httpx
import pytest

from services.household_api.monitoring import repository as monitoring
from services.household_api.registry import repository as registry
from shared.db.narrowing import Narrowing
from shared.testing.databases import TestDatabase
from tests.factories.registry import OTHER_VILLAGE, VILLAGE, person
from tests.household_api.conftest import COUNTY, Load

TABLES = (
    "household",
    "household_history",
    "person",
    "person_history",
    "monitoring_case",
    "case_transition",
)


async def rows_seen(database: TestDatabase, table: str, settings: str) -> set[str]:
    """The regions of the rows that the service's role sees with these settings."""
    connection = await asyncpg.connect(database.service_url("household"))
    try:
        async with connection.transaction():
            if settings:
                await connection.execute(settings)
            return {row["region_code"] for row in await connection.fetch(f"SELECT region_code FROM {table}")}
    finally:
        await connection.close()


@pytest.fixture(scope="module", autouse=True)
async def both_townships(load: Load, county: httpx.AsyncClient) -> None:
    for labour in ("ordinary", "weak"):
        await load(
            [
                person("A1", "甲", region_code=VILLAGE, labour=labour),
                person("B1", "乙", region_code=OTHER_VILLAGE, labour=labour),
            ]
        )
    for household in (await county.get("/v1/households")).json()["items"]:
        assert (await county.post("/v1/cases", json={"household_id": household["id"]})).status_code == 201


@pytest.mark.parametrize("table", TABLES)
async def test_the_database_alone_hides_other_townships(database: TestDatabase, table: str) -> None:
    one = "SET LOCAL app.region_from0 = '231226100'; SET LOCAL app.region_to0 = '231226101'"
    both = "SET LOCAL app.region_from0 = '231226'; SET LOCAL app.region_to0 = '231227'"
    assert await rows_seen(database, table, one) == {VILLAGE}
    assert await rows_seen(database, table, both) == {VILLAGE, OTHER_VILLAGE}
    assert await rows_seen(database, table, "") == set()
    empty = "SET LOCAL app.region_from0 = ''; SET LOCAL app.region_to0 = ''"
    assert await rows_seen(database, table, empty) == set()


@pytest.mark.parametrize("table", ["registry_import", "import_reject", "import_row"])
async def test_imports_are_the_county_s(database: TestDatabase, load: Load, table: str) -> None:
    await load([person("C1", "", region_code=VILLAGE)])
    one = "SET LOCAL app.region_from0 = '231226100'; SET LOCAL app.region_to0 = '231226101'"
    assert await rows_seen(database, table, one) == set()


@pytest.mark.parametrize("table", ["household_history", "person_history", "case_transition", "audit_entry"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET county_code = county_code", "DELETE FROM {}"])
async def test_history_cannot_be_changed(database: TestDatabase, table: str, statement: str) -> None:
    connection = await asyncpg.connect(database.service_url("household"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement.format(table))
    await connection.close()


async def test_without_the_repository_s_narrowing_a_township_still_sees_only_its_own(
    township: httpx.AsyncClient, county: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = Narrowing("true", {"county": COUNTY})
    for module in (registry, monitoring):
        monkeypatch.setattr(module, "within", lambda tx, alias: everything)
    households = (await county.get("/v1/households")).json()["items"]
    assert {row["region_code"] for row in households} == {VILLAGE, OTHER_VILLAGE}
    cases = (await county.get("/v1/cases")).json()["items"]
    for path, items in (("/v1/households", households), ("/v1/cases", cases)):
        assert {row["region_code"] for row in (await township.get(path)).json()["items"]} == {VILLAGE}
        for row in items:
            expected = 200 if row["region_code"] == VILLAGE else 404
            assert (await township.get(f"{path}/{row['id']}")).status_code == expected
