"""Cases, parameters and days for the tests of their course."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from typing import Any

import httpx
import orjson
import pytest
import pytest_asyncio

from shared.clock import BusinessClock
from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.clock import INSIDE_THE_WINDOW
from tests.factories.registry import person
from tests.household_api.conftest import Load, household_of

TO_CROSS_CHECK = ("visited", "appraised", "noticed", "submitted", "cross_checked")

#: Opens a case for a new household; ``more`` is of the case, ``head`` of the registry's row.
Open = Callable[..., Awaitable[dict[str, Any]]]
SetParameter = Callable[[str, Any], Awaitable[None]]
GoTo = Callable[[str], None]


async def to(client: httpx.AsyncClient, case: dict[str, Any], state: str, **more: Any) -> httpx.Response:
    return await client.post(
        f"/v1/cases/{case['id']}/transitions", json={"to": state, **more}, headers={"If-Match": "*"}
    )


async def moved(client: httpx.AsyncClient, case: dict[str, Any], *states: str, **more: Any) -> dict[str, Any]:
    """The case after these states, each with the reason, the last with ``more``."""
    reason = more.pop("reason", "")
    for place, state in enumerate(states):
        answer = await to(client, case, state, reason=reason, **(more if place == len(states) - 1 else {}))
        assert answer.status_code == 200, (state, answer.text)
    found: dict[str, Any] = answer.json()
    return found


async def head_dies(client: httpx.AsyncClient, case: dict[str, Any]) -> None:
    """Of a household of one: it ends by it."""
    path = f"/v1/households/{case['household_id']}"
    (head,) = (await client.get(path)).json()["members"]
    answer = await client.post(
        f"{path}/members/{head['id']}/departures",
        json={"kind": "death", "happened_on": "2026-11-07", "reason": "病故"},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200 and answer.json()["ended_on"], answer.text


def refusal(answer: httpx.Response) -> tuple[int, str, list[str]]:
    """Status, code, and the codes of what is wrong."""
    told = answer.json()
    return answer.status_code, told["code"], [error["code"] for error in told["errors"]]


async def told(database: TestDatabase, case: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """The events of a case and its clocks: type, subject after the case's, data."""
    owner = await database.connect()
    rows = await owner.fetch(
        "SELECT type, subject, data FROM household.outbox_event WHERE subject LIKE $1 ORDER BY id",
        f"case/{case['id']}%",
    )
    await owner.close()
    start = len(f"case/{case['id']}")
    return [(row["type"], row["subject"][start:], orjson.loads(row["data"])) for row in rows]


@pytest_asyncio.fixture(scope="module")
async def open_case(county: httpx.AsyncClient, load: Load) -> Open:
    numbers = iter(range(1, 1_000))

    async def opening(head: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        number = f"M{next(numbers):03d}"
        await load([person(number, **{"name": f"户主{number}", **(head or {})})])
        household_id = (await household_of(county, number))["id"]
        answer = await county.post("/v1/cases", json={"household_id": household_id, **more})
        assert answer.status_code == 201, answer.text
        case: dict[str, Any] = answer.json()
        return case

    return opening


@pytest_asyncio.fixture
async def set_parameter(county: httpx.AsyncClient) -> AsyncIterator[SetParameter]:
    """Sets a parameter from this month on; what it was before holds again after the test."""
    listed = (await county.get("/v1/parameters", params={"limit": 500})).json()["items"]
    before = {row["name"]: row["value"] for row in listed}
    changed: set[str] = set()

    async def put(name: str, value: Any) -> None:
        body = {"name": name, "value": value, "valid_from": "2026-11-01", "source": "县文件"}
        answer = await county.put("/v1/parameters", json=body)
        assert answer.status_code == 200, answer.text

    async def change(name: str, value: Any) -> None:
        changed.add(name)
        await put(name, value)

    yield change
    for name in changed & {name for name, value in before.items() if value is not None}:
        await put(name, before[name])


@pytest.fixture
def go_to(running: RunningService) -> Iterator[GoTo]:
    """Sets the business clock to a day, for this test."""

    def go(day: str) -> None:
        running.context.clock = BusinessClock.starting_at(datetime.fromisoformat(f"{day}T09:00:00+08:00"))

    yield go
    running.context.clock = BusinessClock.starting_at(INSIDE_THE_WINDOW)
