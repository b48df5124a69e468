"""funds_api on a fresh database with one small county, and a county's usual callers."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from services.funds_api.app import create_app
from shared.testing.databases import TestDatabase
from shared.testing.services import SMALL_COUNTY, RunningService, add_county, start_service
from tests.factories.clock import INSIDE_THE_WINDOW


@pytest_asyncio.fixture(scope="module")
async def funds(database: TestDatabase) -> AsyncIterator[RunningService]:
    await add_county(database, "funds", SMALL_COUNTY)
    running = start_service("funds_api", database, create_app, INSIDE_THE_WINDOW)
    yield running
    await running.context.close()


@pytest_asyncio.fixture(scope="module")
async def finance(funds: RunningService) -> AsyncIterator[httpx.AsyncClient]:
    async with funds.client("finance", "231226", "231226") as client:
        yield client


@pytest_asyncio.fixture(scope="module")
async def checker(funds: RunningService) -> AsyncIterator[httpx.AsyncClient]:
    """Another officer of finance: one checks what the other made."""
    async with funds.client("finance", "231226", "231226", name="finance-checker") as client:
        yield client


@pytest_asyncio.fixture(scope="module")
async def township(funds: RunningService) -> AsyncIterator[httpx.AsyncClient]:
    """绥棱镇."""
    async with funds.client("township", "231226100", "231226100") as client:
        yield client
