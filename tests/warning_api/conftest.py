"""warning_api with a small county, a registry that answers from a list, and its callers."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest_asyncio

from services.warning_api.app import create_app
from services.warning_api.comparison.service import compare_batch
from shared.identifiers.id_number import checksum
from shared.testing.databases import TestDatabase
from shared.testing.services import SMALL_COUNTY, RunningService, add_county, start_service
from tests.factories.clock import INSIDE_THE_WINDOW
from tests.warning_api.registry_stub import RegistryStub

COUNTY = "231226"
VILLAGE = "231226100201"
OTHER_VILLAGE = "231226101200"
TODAY = "2026-11-08"


def id_number(sequence: int, born: str = "19800101", prefix: str = COUNTY) -> str:
    """An invented ID number with a right check character."""
    first = f"{prefix}{born}{sequence:03d}"
    return first + checksum(first)


def record(number: str, **fields: Any) -> dict[str, Any]:
    """A record that can be filed; ``fields`` override."""
    made = {
        "source_record_id": number,
        "id_number": id_number(1),
        "name": "张三",
        "region_code": VILLAGE,
        "indicator": "YB01",
        "occurred_on": "2026-11-02",
        "amount": "15100.00",
        "detail": "住院",
    }
    made.update(fields)
    return {name: value for name, value in made.items() if value is not None}


@dataclass
class County:
    """The callers of a small county, and the worker's comparison on demand."""

    running: RunningService
    registry: RegistryStub
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    def caller(self, role: str, org: str, region: str = COUNTY) -> httpx.AsyncClient:
        key = f"{role}-{org}-{region}"
        if key not in self.clients:
            self.clients[key] = self.running.client(role, org, region)
        return self.clients[key]

    @property
    def yb(self) -> httpx.AsyncClient:
        return self.caller("department", "YB")

    @property
    def zj(self) -> httpx.AsyncClient:
        return self.caller("department", "ZJ")

    @property
    def bureau(self) -> httpx.AsyncClient:
        return self.caller("county", "NYNC")

    @property
    def township(self) -> httpx.AsyncClient:
        return self.caller("township", "231226100", "231226100")

    @property
    def other_township(self) -> httpx.AsyncClient:
        return self.caller("township", "231226101", "231226101")

    async def push(
        self, client: httpx.AsyncClient, batch_no: str, records: list[dict[str, Any]], **params: Any
    ) -> dict[str, Any]:
        """Push and compare; the batch as it is then."""
        answer = await client.post(
            "/v1/batches", params={"batch_no": batch_no, **params}, json={"records": records}
        )
        assert answer.status_code == 201, answer.text
        batch = answer.json()
        await compare_batch(self.running.context, COUNTY, batch["cycle"], UUID(batch["id"]))
        return (await client.get(f"/v1/batches/{batch['id']}")).json()

    async def tasks(self, client: httpx.AsyncClient, **params: Any) -> list[dict[str, Any]]:
        answer = await client.get("/v1/tasks", params=params)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


MakeCounty = Callable[..., Awaitable[County]]


@pytest_asyncio.fixture
async def make_county(postgres: str, home: Any) -> AsyncIterator[MakeCounty]:
    """``await make_county(now=…)``: a fresh county on a database of its own."""
    made: list[tuple[TestDatabase, County]] = []

    async def make(now: Any = INSIDE_THE_WINDOW) -> County:
        database = await TestDatabase.copy_of(postgres, home.path, home.kek_file, home.match_key_file)
        await add_county(database, "warning", SMALL_COUNTY)
        registry = RegistryStub()
        running = start_service("warning_api", database, create_app, now, registry.transport())
        registry.keys = running.context.match_keys
        county = County(running, registry)
        made.append((database, county))
        return county

    yield make
    for database, county in made:
        for client in county.clients.values():
            await client.aclose()
        await county.running.context.close()
        await database.drop()


@pytest_asyncio.fixture
async def county(make_county: MakeCounty) -> County:
    """A county on 8 November, inside the window."""
    return await make_county()
