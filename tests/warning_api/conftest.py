"""warning_api with a small county, a registry that answers from a list, and its callers."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest_asyncio

from services.warning_api.app import create_app
from services.warning_api.comparison.service import compare_batch
from shared.testing.databases import TestDatabase
from shared.testing.services import SMALL_COUNTY, RunningService, add_county, start_service
from tests.factories.clock import INSIDE_THE_WINDOW
from tests.factories.warnings import COUNTY, new_id_number, receipt, record, registered, visit
from tests.warning_api.registry_stub import RegistryStub


@dataclass
class County:
    """The callers of a small county, and the worker's comparison on demand."""

    running: RunningService
    registry: RegistryStub
    database: TestDatabase
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    pushed: int = 0

    def caller(self, role: str, org: str, region: str = COUNTY, **options: Any) -> httpx.AsyncClient:
        key = options.get("name") or f"{role}-{org}-{region}"
        if key not in self.clients:
            self.clients[key] = self.running.client(role, org, region, **options)
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

    async def post_batch(
        self, client: httpx.AsyncClient, batch_no: str, records: list[Any], **params: Any
    ) -> httpx.Response:
        return await client.post(
            "/v1/batches", params={"batch_no": batch_no, **params}, json={"records": records}
        )

    async def compare(self, batch: dict[str, Any]) -> None:
        await compare_batch(self.running.context, COUNTY, batch["cycle"], UUID(batch["id"]))

    async def push(
        self, client: httpx.AsyncClient, batch_no: str, records: list[Any], **params: Any
    ) -> dict[str, Any]:
        """Push and compare; the batch as it is then."""
        answer = await self.post_batch(client, batch_no, records, **params)
        assert answer.status_code == 201, answer.text
        await self.compare(answer.json())
        return await got(client, f"/v1/batches/{answer.json()['id']}")

    async def new_task(self, person: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
        """A task of one warning by YB about somebody who has none yet, registered as ``person`` says."""
        self.pushed += 1
        number = new_id_number()
        self.registry.persons[number] = person or registered()
        batch = await self.push(
            self.yb, f"new-{self.pushed}", [record(f"new-{self.pushed}", id_number=number, **fields)]
        )
        (warning,) = await self.warnings(batch)
        return await got(self.bureau, f"/v1/tasks/{warning['task_id']}")

    async def warnings(self, batch: dict[str, Any]) -> list[dict[str, Any]]:
        """The warnings of a batch, as the county sees them."""
        found = await got(self.bureau, "/v1/warnings", cycle=batch["cycle"], limit=500)
        return [warning for warning in found["items"] if warning["batch_id"] == batch["id"]]

    async def tasks(self, client: httpx.AsyncClient, **params: Any) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await got(client, "/v1/tasks", **params))["items"]
        return items

    async def verify(self, task: dict[str, Any], outcome: str, **fields: Any) -> dict[str, Any]:
        """The township's visit, and what became of the item."""
        answer = await self.township.post(
            "/v1/verifications", json={"items": [visit(task, outcome, **fields)]}
        )
        assert answer.status_code == 200, answer.text
        item: dict[str, Any] = answer.json()["items"][0]
        return item

    async def answer(self, client: httpx.AsyncClient, warning_id: str, **fields: Any) -> dict[str, Any]:
        """A department's policy receipt, and what became of it."""
        answer = await client.post("/v1/policy-receipts", json={"items": [receipt(warning_id, **fields)]})
        assert answer.status_code == 200, answer.text
        item: dict[str, Any] = answer.json()["items"][0]
        return item

    async def set_parameter(self, name: str, value: str) -> None:
        """The next version of a county parameter, ``value`` as JSON, in force already."""
        async with self.owner() as connection:
            await connection.execute(
                "INSERT INTO warning.parameter"
                " (county_code, name, version, valid_from, value, source, set_by, set_at)"
                " SELECT county_code, name, max(version) + 1, '2020-01-02', $2::jsonb, 'test', 'test', now()"
                " FROM warning.parameter WHERE name = $1 GROUP BY 1, 2",
                name,
                value,
            )

    async def events(self, subject: str) -> list[tuple[str, int]]:
        """(type, sequence) of what was told about a subject, in the order of telling."""
        async with self.owner() as connection:
            rows = await connection.fetch(
                "SELECT type, sequence FROM warning.outbox_event WHERE subject = $1 ORDER BY id", subject
            )
        return [(row["type"].removeprefix("bihuan."), row["sequence"]) for row in rows]

    @asynccontextmanager
    async def owner(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await self.database.connect()
        try:
            yield connection
        finally:
            await connection.close()


async def got(client: httpx.AsyncClient, path: str, **params: Any) -> dict[str, Any]:
    """What a GET answers with 200."""
    answer = await client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


async def uncounted_places(database: TestDatabase) -> dict[str, int]:
    """By month, in how many places the counts of the loop are unlike a recount."""
    owner = await database.connect()
    try:
        rows = await owner.fetch(
            "SELECT cycle, warning.recount_loop(county_code, cycle, gen_random_uuid()) AS places FROM ("
            " SELECT county_code, cycle FROM warning.warning UNION SELECT county_code, cycle FROM warning.loop_delta"
            " UNION SELECT county_code, cycle FROM warning.verification_task) m"
        )
    finally:
        await owner.close()
    return {row["cycle"]: row["places"] for row in rows if row["places"]}


MakeCounty = Callable[..., Awaitable[County]]


@asynccontextmanager
async def counties(postgres: str, home: Any) -> AsyncIterator[MakeCounty]:
    """``await make(now=…)``: a county on a database of its own; ``beside=county``: on that one's."""
    made: list[County] = []

    async def make(now: datetime = INSIDE_THE_WINDOW, beside: County | None = None) -> County:
        if beside is None:
            database = await TestDatabase.copy_of(postgres, home.path, home.kek_file, home.match_key_file)
            await add_county(database, "warning", SMALL_COUNTY)
        else:
            database = beside.database
        registry = beside.registry if beside else RegistryStub()
        running = start_service("warning_api", database, create_app, now, registry.transport())
        registry.keys = running.context.match_keys
        made.append(County(running, registry, database))
        return made[-1]

    yield make
    for county in made:
        for client in county.clients.values():
            await client.aclose()
        await county.running.context.close()
    for database in {county.database for county in made}:
        uncounted = await uncounted_places(database)
        await database.drop()
        assert uncounted == {}, (
            "a write to warning or verification_task was not counted (counting/service.py)"
        )


@pytest_asyncio.fixture
async def make_county(postgres: str, home: Any) -> AsyncIterator[MakeCounty]:
    async with counties(postgres, home) as make:
        yield make


@pytest_asyncio.fixture
async def county(make_county: MakeCounty) -> County:
    """A county on 8 November, inside the window, of the test's own."""
    return await make_county()


@pytest_asyncio.fixture(scope="module")
async def common(postgres: str, home: Any) -> AsyncIterator[County]:
    """The same for all tests of a file: for those that look at what they have made themselves."""
    async with counties(postgres, home) as make:
        yield await make()
