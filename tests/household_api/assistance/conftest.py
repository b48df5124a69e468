"""Cases that have been approved, and the same service some days later."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx
import pytest_asyncio

from services.household_api.app import create_app
from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService, start_service
from tests.factories.registry import person
from tests.household_api.conftest import COUNTY, Load, household_of

AFTER_THE_NOTICE = datetime.fromisoformat("2026-11-16T09:00:00+08:00")
CONTACT = {"contact_official": "联系人甲", "contact_unit": "绥棱镇政府", "contact_level": "township"}
TO_CROSS_CHECK = ("visited", "appraised", "noticed", "submitted", "cross_checked")

Answer = dict[str, Any]


@pytest_asyncio.fixture(scope="module")
async def later(running: RunningService, database: TestDatabase) -> AsyncIterator[RunningService]:
    """The same database, eight days on."""
    started = start_service("household_api", database, create_app, AFTER_THE_NOTICE)
    yield started
    await started.context.close()


@pytest_asyncio.fixture(scope="module")
async def county_later(later: RunningService) -> AsyncIterator[httpx.AsyncClient]:
    async with later.client("county", "NY", COUNTY, name="county") as client:
        yield client


@pytest_asyncio.fixture(scope="module")
async def checker_later(later: RunningService) -> AsyncIterator[httpx.AsyncClient]:
    async with later.client("county", "NY", COUNTY, name="county-checker") as client:
        yield client


async def moved(client: httpx.AsyncClient, case_id: str, state: str, **more: Any) -> httpx.Response:
    path = f"/v1/cases/{case_id}/transitions"
    return await client.post(path, json={"to": state, **more}, headers={"If-Match": "*"})


async def opened(
    load: Load, county: httpx.AsyncClient, number: str, risks: list[str], **more: Any
) -> tuple[str, str]:
    """A new household of one head (``more``: its row) and its case, just opened: the ids of both."""
    await load([person(number, f"户主{number}", **more)])
    household_id: str = (await household_of(county, number))["id"]
    answer = await county.post("/v1/cases", json={"household_id": household_id, "risk_types": risks})
    assert answer.status_code == 201, answer.text
    return household_id, answer.json()["id"]


async def approved(
    load: Load,
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    number: str,
    risks: list[str],
    **more: Any,
) -> tuple[str, str]:
    """The same, approved by the county."""
    household_id, case_id = await opened(load, county, number, risks, **more)
    for state in TO_CROSS_CHECK:
        assert (await moved(county, case_id, state)).status_code == 200
    answer = await moved(checker, case_id, "approved", monitoring_type="marginal")
    assert answer.status_code == 200, answer.text
    return household_id, case_id


async def put_plan(client: httpx.AsyncClient, case_id: str, **body: Any) -> httpx.Response:
    return await client.put(f"/v1/cases/{case_id}/plan", json=body)


async def entered(client: httpx.AsyncClient, case_id: str, **body: Any) -> Answer:
    answer = await client.post(f"/v1/cases/{case_id}/measures", json=body)
    assert answer.status_code == 201, answer.text
    measure: Answer = answer.json()
    return measure


async def changed(client: httpx.AsyncClient, case_id: str, measure: Answer, **body: Any) -> httpx.Response:
    path = f"/v1/cases/{case_id}/measures/{measure['id']}"
    return await client.patch(path, json=body, headers={"If-Match": f'"{measure["version"]}"'})
