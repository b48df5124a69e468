"""What the stories are told with: a household of one family, its case, its clocks, the events on the way."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import httpx
import pytest_asyncio

from services.household_api.monitoring.tasks import tell_overdue
from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.registry import VILLAGE, id_number
from tests.household_api.conftest import PURPOSE
from tests.household_api.monitoring.conftest import go_to, set_parameter, told

__all__ = ["go_to", "set_parameter"]

Answer = dict[str, Any]

#: The members of a new family, the head first: (relationship, name, birth, more of the row).
Family = Callable[..., Awaitable[Answer]]

#: Carries the worker's look at the clocks out.
Struck = Callable[[], Awaitable[None]]

AUTHORISATION = {"signed_by": "户主", "signed_on": "2026-11-08", "attachment": "档案柜1-1"}
VISIT = {
    "visited_on": "2026-11-08",
    "visitors": ["李四", "王五"],
    "per_capita_income": "6200.00",
    "guarantees": {"compulsory_education": True, "basic_medical": True, "housing": True, "water": True},
    "authorisation": AUTHORISATION,
}
VOTES = {"held_on": "2026-11-08", "present": 21, "in_favour": 15, "against": 4, "abstained": 2}
REVIEW = {"reviewed_by": ["赵六"]}
CONTACT = {"contact_official": "联系人甲", "contact_unit": "绥棱镇政府", "contact_level": "township"}
SECURE = {"housing_grade": "B", "drinking_water": "secure", "insured": True}

_numbers = count(1)


@pytest_asyncio.fixture(scope="module")
async def family(county: httpx.AsyncClient) -> Family:
    async def making(
        *members: tuple[str, str, str, dict[str, Any]], region: str = VILLAGE, **more: Any
    ) -> Answer:
        rows = [
            {"relationship": relationship, "name": name, "id_number": id_number(birth, next(_numbers))} | row
            for relationship, name, birth, row in members
        ]
        body = {"region_code": region, "household_type": "ordinary", "members": rows, **more}
        answer = await county.post("/v1/households", json=body)
        assert answer.status_code == 201, answer.text
        made: Answer = answer.json()
        return made

    return making


@pytest_asyncio.fixture
async def struck(running: RunningService) -> Struck:
    async def looking() -> None:
        await tell_overdue(running.context, {})

    return looking


async def opened(client: httpx.AsyncClient, household: Answer, *risks: str) -> Answer:
    answer = await client.post("/v1/cases", json={"household_id": household["id"], "risk_types": list(risks)})
    assert answer.status_code == 201, answer.text
    case: Answer = answer.json()
    return case


async def read(client: httpx.AsyncClient, path: str, **query: str) -> Answer:
    answer = await client.get(path, params=query, headers=PURPOSE)
    assert answer.status_code == 200, answer.text
    found: Answer = answer.json()
    return found


async def act(client: httpx.AsyncClient, household: Answer, what: str, **body: Any) -> Answer:
    """A change in the life of the household as it stands now: what it is answered with."""
    now = await read(client, f"/v1/households/{household['id']}")
    answer = await client.post(
        f"/v1/households/{household['id']}/{what}",
        json={"happened_on": "2026-11-08", "reason": "入户核实", **body},
        headers={"If-Match": f'"{now["version"]}"'},
    )
    assert answer.status_code in (200, 201), answer.text
    changed: Answer = answer.json()
    return changed


def person_of(household: Answer, name: str) -> str:
    return str(next(member["id"] for member in household["members"] if member["name"] == name))


def clocks(case: Answer) -> dict[tuple[int, str], tuple[str, str | None]]:
    """By period and kind: when it is due, when it was stopped."""
    return {
        (clock["period"], clock["kind"]): (clock["due_on"], clock["stopped_on"]) for clock in case["clocks"]
    }


async def events(database: TestDatabase, case: Answer) -> list[str]:
    """The types of what was told of the case, in order; of clocks which one."""
    return [
        kind.removeprefix("bihuan.") + ("" if kind != "bihuan.case.overdue" else f" {data['clock']}")
        for kind, _, data in await told(database, case)
    ]
