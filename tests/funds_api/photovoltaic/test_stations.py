"""Stations and what they are paid for, month by month."""

from typing import Any

import httpx
import pytest

from shared.testing.services import RunningService
from tests.factories.assets import (
    accepted_project,
    make_asset,
    make_station,
    settlement_body,
    station_body,
)
from tests.factories.funds import created

UNKNOWN = "0199c000-0000-7000-8000-000000000000"


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def codes(answer: httpx.Response) -> set[str]:
    return {answer.json()["code"], *(each["code"] for each in answer.json()["errors"])}


async def test_a_station_and_its_months(finance: httpx.AsyncClient, township: httpx.AsyncClient) -> None:
    station = await make_station(finance, "1000.00")
    path = f"/v1/photovoltaic-stations/{station['id']}"
    await created(finance, f"{path}/settlements", settlement_body("2026-09", "500.50"))
    found = (await township.get(path)).json()
    assert (found["received"], found["planned"], found["available"]) == ("1500.50", "0.00", "1500.50")
    assert (found["capacity_kw"], found["generation_kwh"]) == ("300.00", "6001.00")
    again = await finance.post(f"{path}/settlements", json=settlement_body("2026-09", "1.00"))
    assert told(again) == (409, "month_settled")
    assert (await finance.get(path)).json()["received"] == "1500.50"
    listed = (await township.get(f"{path}/settlements")).json()["items"]
    assert [(each["month"], each["amount"]) for each in listed] == [
        ("2026-10", "1000.00"),
        ("2026-09", "500.50"),
    ]
    assert (await township.post(f"{path}/settlements", json={})).status_code == 403


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"capacity_kw": "0"}, 422, "too_small"),
        ({"capacity_kw": "多"}, 422, "not_an_amount"),
        ({"connected_on": "2026-11-09"}, 422, "day_after_today"),
        ({"connected_on": "2026-02-30"}, 422, "not_a_date"),
        ({"region_code": "231225100"}, 404, "not_found"),
        ({"project_id": UNKNOWN}, 404, "not_found"),
        ({"asset_id": UNKNOWN}, 404, "not_found"),
        ({"grid_no": ""}, 422, "too_short"),
    ],
)
async def test_what_is_no_station(
    finance: httpx.AsyncClient, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = await finance.post("/v1/photovoltaic-stations", json=station_body(**changes))
    assert answer.status_code == status
    assert code in codes(answer)


async def test_a_station_is_of_its_asset_and_project(
    finance: httpx.AsyncClient, checker: httpx.AsyncClient
) -> None:
    asset = await make_asset(finance)
    other = await accepted_project(finance)
    wrong = station_body(asset_id=asset["id"], project_id=other["id"])
    refused = await finance.post("/v1/photovoltaic-stations", json=wrong)
    assert "asset_of_another_project" in codes(refused)
    station = await created(
        finance,
        "/v1/photovoltaic-stations",
        station_body(asset_id=asset["id"], project_id=asset["project_id"]),
    )
    twice = await finance.post("/v1/photovoltaic-stations", json=station_body(grid_no=station["grid_no"]))
    assert told(twice) == (409, "duplicate_grid_no")
    public = await make_asset(finance, kind="public_benefit")
    refused = await finance.post("/v1/photovoltaic-stations", json=station_body(asset_id=public["id"]))
    assert told(refused) == (409, "asset_not_operating")
    body = {"kind": "scrap", "document_no": "处1", "reason": "毁损", "proceeds": "0.00"}
    asked = await created(finance, f"/v1/assets/{asset['id']}/disposals", body)
    approval = f"/v1/assets/{asset['id']}/disposals/{asked['id']}/approval"
    assert (await checker.post(approval, headers={"If-Match": "*"})).status_code == 200
    path = f"/v1/photovoltaic-stations/{station['id']}/settlements"
    late = await finance.post(path, json=settlement_body("2026-10", "1.00"))
    assert told(late) == (409, "asset_disposed")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"month": "2026-13"}, "wrong_form"),
        ({"month": "2026-12"}, "month_out_of_range"),
        ({"month": "2025-12"}, "month_out_of_range"),
        ({"received_on": "2026-11-09"}, "day_after_today"),
        ({"generation_kwh": "-1"}, "too_small"),
        ({"amount": "-0.01"}, "amount_negative"),
        ({"amount": 5.0}, "amount_not_text"),
    ],
)
async def test_what_is_no_settlement(finance: httpx.AsyncClient, changes: dict[str, Any], code: str) -> None:
    station = await created(finance, "/v1/photovoltaic-stations", station_body())
    path = f"/v1/photovoltaic-stations/{station['id']}/settlements"
    answer = await finance.post(path, json=settlement_body("2026-10", "1.00") | changes)
    assert answer.status_code == 422
    assert code in codes(answer)
    assert (await finance.get(path)).json()["items"] == []


async def test_a_month_is_adjusted_by_entries(finance: httpx.AsyncClient) -> None:
    station = await make_station(finance, "100.00")
    path = f"/v1/photovoltaic-stations/{station['id']}/settlements"
    [first] = (await finance.get(path)).json()["items"]
    adjustments = f"{path}/{first['id']}/adjustments"
    body = {"received_on": "2026-11-02", "document_no": "更正单", "reason": "抄表有误"}
    made = await created(finance, adjustments, body | {"amount": "-30.00"})
    assert (made["month"], made["adjusts"], made["generation_kwh"]) == ("2026-10", first["id"], "0.00")
    assert told(await finance.post(adjustments, json=body)) == (422, "nothing_to_change")
    over = await finance.post(adjustments, json=body | {"amount": "-70.01"})
    assert told(over) == (409, "month_negative")
    plan = {"from_month": "2026-10", "to_month": "2026-10", "document_no": "议", "rewards": "60.00"}
    await created(finance, f"/v1/photovoltaic-stations/{station['id']}/distributions", plan)
    planned = await finance.post(adjustments, json=body | {"amount": "-10.01"})
    assert told(planned) == (409, "insufficient_income")
    assert planned.json()["available"] == "10.00"
    await created(finance, adjustments, body | {"amount": "-10.00"})
    found = (await finance.get(f"/v1/photovoltaic-stations/{station['id']}")).json()
    assert (found["received"], found["available"]) == ("60.00", "0.00")
    elsewhere = f"{path}/{made['id']}/adjustments"
    assert told(await finance.post(elsewhere, json=body | {"amount": "1.00"})) == (404, "not_found")


async def test_a_township_sees_its_own_stations(funds: RunningService, finance: httpx.AsyncClient) -> None:
    station = await make_station(finance, "1.00")
    async with funds.client("township", "231226101", "231226101") as elsewhere:
        assert told(await elsewhere.get(f"/v1/photovoltaic-stations/{station['id']}"))[0] == 404
        listed = (await elsewhere.get("/v1/photovoltaic-stations")).json()["items"]
    assert station["id"] not in {each["id"] for each in listed}
