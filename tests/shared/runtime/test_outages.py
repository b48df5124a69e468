"""A database that is away is an outage (503, come again), not a fault of ours (500)."""

from dataclasses import replace

import asyncpg

from bihuan.launcher.ports import free_port
from services.household_api.app import create_app
from shared.clock import BusinessClock
from shared.runtime.context import ServiceContext
from shared.testing.databases import TestDatabase
from shared.testing.services import SMALL_COUNTY, KnownCallers, RunningService, add_county, start_service
from tests.factories.clock import INSIDE_THE_WINDOW


async def test_without_a_database_the_caller_is_told_to_come_again(database: TestDatabase) -> None:
    there = start_service("household_api", database, create_app, INSIDE_THE_WINDOW).context
    nowhere = f"postgresql://bihuan_household:x@127.0.0.1:{free_port()}/bihuan"
    context = ServiceContext(
        replace(there.settings, database_url=nowhere), BusinessClock.starting_at(INSIDE_THE_WINDOW)
    )
    callers = KnownCallers()
    context.verifier = callers
    running = RunningService(context, create_app(context), callers)
    async with running.client("county", "NYNC", "231226") as county:
        answer = await county.get("/v1/households")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"]
    await context.close()
    await there.close()


async def test_a_connection_that_was_cut_is_an_outage_and_the_next_request_works(
    database: TestDatabase,
) -> None:
    await add_county(database, "household", SMALL_COUNTY)
    running = start_service("household_api", database, create_app, INSIDE_THE_WINDOW)
    other = await asyncpg.connect(database.service_url("household"))
    async with running.client("county", "NYNC", "231226") as county:
        assert (await county.get("/v1/households")).status_code == 200
        await other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user"
            " AND datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert (await county.get("/v1/households")).status_code in (200, 503)
        assert (await county.get("/v1/households")).status_code == 200
    await other.close()
    await running.context.close()
