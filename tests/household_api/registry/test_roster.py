"""The roster: whom our own services have visited."""

from typing import Any

import httpx
import pytest

from shared.testing.databases import TestDatabase
from tests.factories.registry import OTHER_VILLAGE, id_number, person
from tests.household_api.conftest import Load

ROWS = [
    person("1", "甲一", id_number=id_number("19700101", 1), phone="13800001111"),
    person("1", "甲二", relationship="子", id_number=id_number("19950101", 2)),
    person("2", "乙一", household_type="lifted", monitoring_type="unstable_lifted"),
    person("3", "丙一", household_type="lifted", monitoring_type="unstable_lifted", risk_eliminated="是"),
    person("4", "丁一", status="死亡"),
    person("4", "丁二", relationship="配偶"),
    person("5", "戊一", region_code=OTHER_VILLAGE, household_type="low_income"),
]


@pytest.fixture(scope="module")
async def loaded(load: Load) -> None:
    await load(ROWS)


async def read(client: httpx.AsyncClient, **params: Any) -> list[dict[str, Any]]:
    """All pages."""
    found: list[dict[str, Any]] = []
    while True:
        answer = await client.get("/v1/roster", params={"region": "231226", **params})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        params["cursor"] = page["next_cursor"]


@pytest.mark.usefixtures("loaded")
async def test_every_household_once_with_whom_to_ask_for(warning_api: httpx.AsyncClient) -> None:
    for limit in (1, 2, 5000):
        found = await read(warning_api, limit=limit)
        assert sorted(row["name"] for row in found) == ["丁二", "丙一", "乙一", "戊一", "甲一"]
    (first,) = [row for row in found if row["name"] == "甲一"]
    assert (first["id_number"], first["phone"]) == (id_number("19700101", 1), "13800001111")
    assert [row["household_id"] for row in found] == sorted(row["household_id"] for row in found)


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ({"region": "231226101"}, {"戊一"}),
        ({"monitored": True}, {"乙一"}),
        ({"household_type": ["lifted"]}, {"乙一", "丙一"}),
        ({"household_type": ["low_income", "lifted"], "region": OTHER_VILLAGE}, {"戊一"}),
    ],
)
async def test_the_scope(warning_api: httpx.AsyncClient, scope: dict[str, Any], names: set[str]) -> None:
    assert {row["name"] for row in await read(warning_api, **scope)} == names


@pytest.mark.usefixtures("loaded")
async def test_monitoring_as_it_is(warning_api: httpx.AsyncClient) -> None:
    types = {row["name"]: row["monitoring_type"] for row in await read(warning_api)}
    assert (types["乙一"], types["丙一"], types["甲一"]) == ("unstable_lifted", None, None)


@pytest.mark.usefixtures("loaded")
async def test_it_is_for_our_own_service_alone_and_audited(
    warning_api: httpx.AsyncClient, county: httpx.AsyncClient, database: TestDatabase
) -> None:
    refused = await county.get("/v1/roster", params={"region": "231226"})
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    await read(warning_api, region="231226101")
    owner = await database.connect()
    detail = await owner.fetchval(
        "SELECT detail::text FROM household.audit_entry WHERE action = 'registry.roster_read' ORDER BY id DESC LIMIT 1"
    )
    await owner.close()
    assert detail == '{"region": "231226101", "households": 1}'
