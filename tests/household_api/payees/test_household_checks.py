"""Households that are to be paid, as funds_api asks for them."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.testing.services import RunningService
from tests.factories.registry import VILLAGE, id_number, person
from tests.household_api.conftest import COUNTY, Load, household_of


@pytest.fixture(scope="module", autouse=True)
async def registry(load: Load) -> None:
    await load(
        [
            person("P1", "热依汉·买买提", id_number=id_number("19700101", 1), household_type="lifted"),
            person("P1", "李一", relationship="子", household_type="lifted"),
            person("P1", "老爷", relationship="父母", status="deceased", household_type="lifted"),
            person("P2", "监测中", monitoring_type="marginal", risk_eliminated=False),
        ]
    )


@pytest.fixture
def funds_api(running: RunningService) -> httpx.AsyncClient:
    return running.client("service", "*", COUNTY, name="service:funds_api")


async def checked(client: httpx.AsyncClient, *asked: tuple[str, str], **params: Any) -> list[dict[str, Any]]:
    households = [{"household_id": id_, "payee": name} for id_, name in asked]
    answer = await client.post("/v1/household-checks", json={"households": households}, params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["households"]
    return found


async def test_a_household_its_type_and_its_members(
    county: httpx.AsyncClient, funds_api: httpx.AsyncClient
) -> None:
    first, second = [(await household_of(county, number))["id"] for number in ("P1", "P2")]
    found = await checked(
        funds_api,
        (first, "热依汉•买买提"),
        (first, "李一"),
        (first, "老爷"),
        (first, "张三"),
        (second, "监测中"),
        (str(uuid4()), "监测中"),
    )
    assert [each["payee_lives_there"] for each in found] == [True, True, False, False, True, False]
    assert [each["found"] for each in found] == [True] * 5 + [False]
    assert (found[0]["household_type"], found[0]["monitoring_type"], found[0]["region_code"]) == (
        "lifted",
        None,
        VILLAGE,
    )
    assert found[4]["monitoring_type"] == "marginal"


async def test_as_it_was_on_a_day(county: httpx.AsyncClient, funds_api: httpx.AsyncClient) -> None:
    household = (await household_of(county, "P1"))["id"]
    (yesterday,) = await checked(funds_api, (household, "李一"), as_of="2026-11-07")
    (today,) = await checked(funds_api, (household, "李一"), as_of="2026-11-08")
    assert (yesterday["found"], today["found"]) == (False, True)


async def test_what_is_no_list_of_households(county: httpx.AsyncClient, funds_api: httpx.AsyncClient) -> None:
    answer = await funds_api.post("/v1/household-checks", json={"households": [{"household_id": "x"}]})
    assert (answer.status_code, answer.json()["code"]) == (422, "households_invalid")
    many = [{"household_id": str(uuid4()), "payee": "张三"}] * 5001
    answer = await funds_api.post("/v1/household-checks", json={"households": many})
    assert (answer.status_code, answer.json()["code"]) == (422, "households_invalid")
    assert (await county.post("/v1/household-checks", json={"households": []})).status_code == 403
