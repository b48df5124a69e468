"""The driver's connection never runs outside the transaction, and settings cannot be injected."""

import asyncio

import asyncpg
import psutil
import pytest
from sqlalchemy.exc import InvalidRequestError

from shared.auth import Actor, Reach
from shared.testing.databases import TestDatabase
from shared.testing.services import start_service
from tests.factories.clock import INSIDE_THE_WINDOW


async def test_what_the_driver_does_is_rolled_back(database: TestDatabase) -> None:
    service = start_service("household_api", database, lambda context: None, INSIDE_THE_WINDOW).context
    with pytest.raises(RuntimeError, match="undo"):
        async with service.begin("231226") as tx:
            driver = await tx.driver()
            await driver.execute(
                "INSERT INTO region VALUES ('231226', '231226', '绥棱县', '2312', 'county', NULL, '2020-01-01', NULL)"
            )
            raise RuntimeError("undo")
    async with service.begin("231226") as tx:
        assert await tx.scalar("SELECT count(*) FROM region") == 0
    await service.close()


async def test_tables_are_the_services_own_whatever_its_role_looks_at_by_default(
    database: TestDatabase,
) -> None:
    owner = await database.connect()
    name = await owner.fetchval("SELECT current_database()")
    await owner.execute(f"ALTER ROLE bihuan_household IN DATABASE {name} SET search_path = pg_catalog")
    await owner.close()
    service = start_service("household_api", database, lambda context: None, INSIDE_THE_WINDOW).context
    async with service.begin("231226") as tx:
        assert await tx.scalar("SHOW search_path") == "household"
        assert await tx.scalar("SELECT count(*) FROM region") == 0
    await service.close()


async def test_an_organisation_is_a_value_whatever_it_holds(database: TestDatabase) -> None:
    service = start_service("household_api", database, lambda context: None, INSIDE_THE_WINDOW).context
    reach = Reach("231226", (("231226", "231227"),), org="YB'; RESET ROLE; --")
    async with service.database.begin(service, reach, Actor("test")) as tx:
        names = ("org", "region_from0", "region_to0", "region_to1")
        shown = [await tx.scalar(f"SELECT current_setting('app.{name}')") for name in names]
        assert shown == [reach.org, "231226", "231227", ""]
    await service.close()


async def test_a_connection_that_the_server_has_closed_is_replaced(database: TestDatabase) -> None:
    service = start_service("household_api", database, lambda context: None, INSIDE_THE_WINDOW).context
    async with service.begin("231226") as tx:
        pid = await tx.scalar("SELECT pg_backend_pid()")
    other = await asyncpg.connect(database.service_url("household"))
    await other.execute("SELECT pg_terminate_backend($1)", pid)
    await other.close()
    while psutil.pid_exists(pid):
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)  # The event loop reads the end of the connection.
    async with service.begin("231226") as tx:
        assert await tx.scalar("SELECT pg_backend_pid()") != pid
    await service.close()


async def test_the_driver_is_not_lent_beyond_the_end(database: TestDatabase) -> None:
    service = start_service("household_api", database, lambda context: None, INSIDE_THE_WINDOW).context
    async with service.begin("231226") as ended:
        driver = await ended.driver()
        assert driver is await ended.driver()
    async with service.begin("231226") as tx:
        assert await (await tx.driver()).fetchval("SELECT 1") == 1
        with pytest.raises(InvalidRequestError):
            await ended.driver()
    await service.close()
