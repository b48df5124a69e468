"""The service on a fresh copy of the database, with one small county."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any

import httpx
import pytest_asyncio

from services.household_api.app import create_app
from shared.testing.databases import TestDatabase
from shared.testing.services import SMALL_COUNTY, RunningService, add_county, start_service
from tests.factories.clock import INSIDE_THE_WINDOW

COUNTY = "231226"
PURPOSE = {"X-Purpose": "verification:task-1"}


@pytest_asyncio.fixture(scope="module")
async def running(database: TestDatabase) -> AsyncIterator[RunningService]:
    await add_county(database, "household", SMALL_COUNTY)
    started = start_service("household_api", database, create_app, INSIDE_THE_WINDOW)
    yield started
    await started.context.close()


@pytest_asyncio.fixture(scope="module")
async def county(running: RunningService) -> AsyncIterator[httpx.AsyncClient]:
    async with running.client("county", "NY", COUNTY, name="county") as client:
        yield client


@pytest_asyncio.fixture(scope="module")
async def checker(running: RunningService) -> AsyncIterator[httpx.AsyncClient]:
    async with running.client("county", "NY", COUNTY, name="county-checker") as client:
        yield client


@pytest_asyncio.fixture(scope="module")
async def township(running: RunningService) -> AsyncIterator[httpx.AsyncClient]:
    async with running.client("township", "231226100", "231226100", name="township") as client:
        yield client


@pytest_asyncio.fixture(scope="module")
async def other_township(running: RunningService) -> AsyncIterator[httpx.AsyncClient]:
    async with running.client("township", "231226101", "231226101", name="other-township") as client:
        yield client


@pytest_asyncio.fixture(scope="module")
async def warning_api(running: RunningService) -> AsyncIterator[httpx.AsyncClient]:
    async with running.client("service", "", "", name="service:warning_api") as client:
        client.params = httpx.QueryParams({"county": COUNTY})
        yield client


Load = Callable[[Sequence[Mapping[str, Any]]], Awaitable[dict[str, Any]]]


@pytest_asyncio.fixture(scope="module")
async def load(county: httpx.AsyncClient) -> Load:
    """Import records; answers the import."""

    async def importing(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        answer = await county.post("/v1/imports", json={"records": list(records)})
        assert answer.status_code == 201, answer.text
        imported: dict[str, Any] = answer.json()
        return imported

    return importing


async def during_a_move(
    database: TestDatabase, household_id: str, region: str, call: Coroutine[Any, Any, httpx.Response]
) -> httpx.Response:
    """A call that arrives while a household's move to another region is not committed yet."""
    owner = await database.connect()
    async with owner.transaction():
        await owner.execute("SELECT pg_advisory_xact_lock(hashtext('registry ' || $1))", COUNTY)
        for table, key in (("household", "id"), ("person", "household_id")):
            await owner.execute(
                f"UPDATE household.{table} SET region_code = $1 WHERE {key} = $2", region, household_id
            )
        running = asyncio.create_task(call)
        while not running.done() and not await owner.fetchval(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
        ):
            await asyncio.sleep(0.01)
    await owner.close()
    return await running


async def household_of(client: httpx.AsyncClient, household_no: str) -> dict[str, Any]:
    """The household with this number, with its members."""
    listed = (await client.get("/v1/households", params={"household_no": household_no})).json()["items"]
    found: dict[str, Any] = (await client.get(f"/v1/households/{listed[0]['id']}")).json()
    return found
