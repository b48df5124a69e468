"""A campaign with household_api itself on the other end of the line."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest_asyncio

from services.household_api.app import create_app as create_household
from services.warning_api.app import create_app as create_warning
from services.warning_api.campaigns.preparation import put_on_lists
from shared.testing.databases import TestDatabase
from shared.testing.services import SMALL_COUNTY, RunningService, add_county, start_service
from tests.factories.clock import INSIDE_THE_WINDOW
from tests.factories.registry import OTHER_VILLAGE, id_number, person
from tests.factories.warnings import COUNTY
from tests.warning_api.conftest import got

ME = "service:warning_api"


class Line(httpx.AsyncBaseTransport):
    """To household_api in this process, with the token that identity_api would give."""

    def __init__(self, household: RunningService) -> None:
        self._asgi = httpx.ASGITransport(household.app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": ME, "expires_in": 900})
        return await self._asgi.handle_async_request(request)


@pytest_asyncio.fixture
async def both(database: TestDatabase) -> AsyncIterator[tuple[RunningService, RunningService]]:
    for schema in ("household", "warning"):
        await add_county(database, schema, SMALL_COUNTY)
    household = start_service("household_api", database, create_household, INSIDE_THE_WINDOW)
    household.client("service", "", "", name=ME)
    warning = start_service("warning_api", database, create_warning, INSIDE_THE_WINDOW, Line(household))
    yield household, warning
    await household.context.close()
    await warning.context.close()


async def test_the_households_of_the_registry_are_visited(
    both: tuple[RunningService, RunningService],
) -> None:
    household, warning = both
    registrar = household.client("county", "NYNC", COUNTY)
    rows = [
        person("1", "甲一", id_number=id_number("19700101", 1), household_type="lifted"),
        person("1", "甲二", relationship="子"),
        person("2", "乙一", household_type="low_income", region_code=OTHER_VILLAGE),
        person("3", "丙一"),
    ]
    imported = await registrar.post("/v1/imports", json={"records": rows})
    assert imported.json()["state"] == "applied", imported.text
    bureau = warning.client("county", "NYNC", COUNTY)
    begun = await bureau.post(
        "/v1/campaigns",
        json={"kind": "census", "due_on": "2026-12-20", "household_types": ["lifted", "low_income"]},
    )
    assert begun.status_code == 201, begun.text
    await put_on_lists(warning.context, COUNTY, UUID(begun.json()["id"]))
    tasks = (await got(bureau, "/v1/tasks"))["items"]
    assert sorted((t["subject"]["name"], t["region_code"], t["household_type"]) for t in tasks) == [
        ("乙一", OTHER_VILLAGE, "low_income"),
        ("甲一", "231226100201", "lifted"),
    ]
    known = {h["id"] for h in (await got(registrar, "/v1/households"))["items"]}
    assert {t["household_id"] for t in tasks} < known
    assert (await got(bureau, f"/v1/campaigns/{begun.json()['id']}"))["state"] == "open"
    await registrar.aclose()
    await bureau.aclose()
