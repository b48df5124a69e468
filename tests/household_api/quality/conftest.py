"""A county whose registry is sound, and one spoilt household for each rule."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest_asyncio

from shared.testing.databases import TestDatabase
from tests.factories.quality import Sound, Spoiling, register
from tests.household_api.quality.spoilings import SPOILINGS

#: The number of the household in order; the spoilt ones are counted from 0.
_IN_ORDER = 899


async def put(county: httpx.AsyncClient, name: str, value: Any) -> None:
    """Set a parameter from the beginning of the year on."""
    body = {"name": name, "value": value, "valid_from": "2026-01-01", "source": "某文件"}
    answer = await county.put("/v1/parameters", json=body)
    assert answer.status_code == 200, answer.text


async def screened(client: httpx.AsyncClient, **wanted: Any) -> dict[str, Any]:
    """The answer of a screening that is done at once."""
    answer = await client.post("/v1/quality/screenings", json=wanted)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    assert told["state"] == "done"
    return told


async def findings(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get("/v1/quality/findings", params={"limit": 500, **query})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest_asyncio.fixture(scope="module")
async def owner(database: TestDatabase) -> AsyncIterator[asyncpg.Connection]:
    connection = await database.connect()
    await connection.execute("SET search_path TO household")
    yield connection
    await connection.close()


@pytest_asyncio.fixture(scope="module")
async def sound(county: httpx.AsyncClient, owner: asyncpg.Connection) -> Sound:
    """A household in order, in a county that has set this year's income line."""
    await put(county, "income_line", "7500.00")
    return await register(county, owner, _IN_ORDER, Spoiling("household"))


@dataclass(frozen=True)
class Spoilt:
    """``before``: what a screening answered while all was in order; ``households``: the spoilt ones by rule."""

    before: Mapping[str, Any]
    found_before: list[dict[str, Any]]
    households: Mapping[str, Sound]


@pytest_asyncio.fixture(scope="module")
async def spoilt(county: httpx.AsyncClient, owner: asyncpg.Connection, sound: Sound) -> Spoilt:
    """One household is in order; then one is spoilt for each rule, and all is screened again."""
    before = await screened(county)
    found_before = await findings(county)
    households = {
        code: await register(county, owner, number, spoiling)
        for number, (code, spoiling) in enumerate(SPOILINGS.items())
    }
    await screened(county)
    return Spoilt(before, found_before, households)
