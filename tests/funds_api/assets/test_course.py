"""What happens to assets: reviews, income, disposal, findings."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from shared.testing.databases import TestDatabase
from tests.factories.assets import make_asset, settlement_body, station_body
from tests.factories.funds import created

INCOME = {"year": 2026, "kind": "rent", "amount": "50.00", "received_on": "2026-11-01"}
SALE = {"kind": "sell", "document_no": "处1", "reason": "更新换代", "proceeds": "20.00"}


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


async def findings(client: httpx.AsyncClient, asset_id: str, year: int) -> set[str]:
    items: list[dict[str, Any]] = []
    query: dict[str, Any] = {"year": year, "limit": 3}
    while True:
        answer = (await client.get("/v1/asset-findings", params=query)).json()
        items += answer["items"]
        if answer["next_cursor"] is None:
            break
        query["cursor"] = answer["next_cursor"]
    return {item["finding"] for item in items if item["asset_id"] == asset_id}


async def test_one_review_a_year(finance: httpx.AsyncClient) -> None:
    asset = await make_asset(finance)
    path = f"/v1/assets/{asset['id']}/reviews"
    assert "not_reviewed" in await findings(finance, asset["id"], 2026)
    made = await created(finance, path, {"year": 2026, "decision": "upgrade", "reason": "扩建"})
    assert (made["decision"], made["year"]) == ("upgrade", 2026)
    again = await finance.post(path, json={"year": 2026, "decision": "adjust", "reason": "改"})
    assert told(again) == (409, "reviewed_already")
    early = await finance.post(path, json={"year": 2027, "decision": "adjust", "reason": "改"})
    assert told(early) == (422, "year_after_this")
    without = await finance.post(path, json={"year": 2025, "decision": "adjust"})
    assert [(each["pointer"], each["code"]) for each in without.json()["errors"]] == [("/reason", "missing")]
    await created(finance, path, {"year": 2025, "decision": "consolidate", "reason": "正常"})
    assert [each["year"] for each in (await finance.get(path)).json()["items"]] == [2025, 2026]
    found = (await finance.get(f"/v1/assets/{asset['id']}")).json()
    assert (found["reviewed_in"], found["decision"]) == (2026, "upgrade")
    assert "not_reviewed" not in await findings(finance, asset["id"], 2026)


async def test_income_and_its_reversal(finance: httpx.AsyncClient) -> None:
    asset = await make_asset(finance)
    path = f"/v1/assets/{asset['id']}/incomes"
    income = await created(finance, path, INCOME)
    await created(finance, path, INCOME | {"amount": "25.00"})
    assert (await finance.get(f"/v1/assets/{asset['id']}")).json()["income"] == "75.00"
    answers = await asyncio.gather(
        *(finance.post(f"{path}/{income['id']}/reversal", json={"reason": "误"}) for _ in range(8))
    )
    assert Counter(told(answer) for answer in answers) == {(201, ""): 1, (409, "already_reversed"): 7}
    [reversal] = [answer.json() for answer in answers if answer.status_code == 201]
    assert (reversal["amount"], reversal["reversal_of"]) == ("-50.00", income["id"])
    assert (await finance.get(f"/v1/assets/{asset['id']}")).json()["income"] == "25.00"
    twice = await finance.post(f"{path}/{reversal['id']}/reversal", json={"reason": "误"})
    assert told(twice) == (409, "reversal_of_reversal")
    listed = (await finance.get(path)).json()["items"]
    assert [item["amount"] for item in listed] == ["50.00", "25.00", "-50.00"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"amount": "-1.00"}, 422, "amount_not_positive"),
        ({"amount": "1.005"}, 422, "amount_too_precise"),
        ({"received_on": "2026-11-09"}, 422, "day_after_today"),
        ({"kind": "租金"}, 422, "not_a_choice"),
        ({"year": 26}, 422, "too_small"),
    ],
)
async def test_what_is_no_income(
    finance: httpx.AsyncClient, changes: dict[str, str], status: int, code: str
) -> None:
    asset = await make_asset(finance)
    answer = await finance.post(f"/v1/assets/{asset['id']}/incomes", json=INCOME | changes)
    assert answer.status_code == status
    assert [each["code"] for each in answer.json()["errors"]] == [code]


async def test_only_operating_assets_have_income(finance: httpx.AsyncClient) -> None:
    asset = await make_asset(finance, kind="public_benefit")
    answer = await finance.post(f"/v1/assets/{asset['id']}/incomes", json=INCOME)
    assert told(answer) == (409, "asset_not_operating")


async def test_an_asset_is_disposed_of_by_two_people(
    finance: httpx.AsyncClient, checker: httpx.AsyncClient
) -> None:
    asset = await make_asset(finance)
    path = f"/v1/assets/{asset['id']}"
    assert told(await finance.post(f"{path}/disposals", json=SALE | {"proceeds": "0"})) == (
        422,
        "proceeds_missing",
    )
    negative = await finance.post(f"{path}/disposals", json=SALE | {"proceeds": "-1"})
    assert negative.json()["errors"][0]["code"] == "amount_negative"
    asked = await created(finance, f"{path}/disposals", SALE)
    assert told(await finance.post(f"{path}/disposals", json=SALE)) == (409, "disposal_stands")
    decision = f"{path}/disposals/{asked['id']}"
    first = {"If-Match": '"1"'}
    assert told(await checker.post(f"{decision}/approval"))[0] == 428
    assert told(await finance.post(f"{decision}/approval", headers=first)) == (409, "same_person")
    refused = await checker.post(f"{decision}/refusal", json={"reason": "未评估"}, headers=first)
    assert (refused.json()["state"], refused.json()["decision"]) == ("refused", "未评估")
    late = await checker.post(f"{decision}/approval", headers={"If-Match": "*"})
    assert told(late) == (409, "illegal_transition")
    await created(finance, f"{path}/incomes", INCOME)
    asked = await created(finance, f"{path}/disposals", SALE)
    decision = f"{path}/disposals/{asked['id']}"
    answers = await asyncio.gather(*(checker.post(f"{decision}/approval", headers=first) for _ in range(8)))
    assert Counter(answer.status_code for answer in answers)[200] == 1
    found = (await finance.get(path)).json()
    assert (found["state"], found["version"]) == ("disposed", 2)
    review = {"year": 2026, "decision": "adjust", "reason": "迟"}
    for refused in (
        await finance.post(f"{path}/incomes", json=INCOME),
        await finance.post(f"{path}/reviews", json=review),
        await finance.post(f"{path}/disposals", json=SALE),
        await finance.patch(path, json={"name": "二", "reason": "迟"}, headers={"If-Match": "*"}),
    ):
        assert told(refused) == (409, "asset_disposed")
    assert await findings(finance, asset["id"], 2026) == set()
    states = [each["state"] for each in (await finance.get(f"{path}/disposals")).json()["items"]]
    assert states == ["refused", "approved"]


async def test_income_waits_for_a_disposal_that_is_being_approved(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    asset = await make_asset(finance)
    approving = await database.connect()
    try:
        async with approving.transaction():
            await approving.execute("UPDATE funds.asset SET state = 'disposed' WHERE id = $1", asset["id"])
            income = asyncio.create_task(finance.post(f"/v1/assets/{asset['id']}/incomes", json=INCOME))
            await asyncio.sleep(0.3)
            assert not income.done()
    finally:
        await approving.close()
    assert told(await income) == (409, "asset_disposed")


async def test_an_operating_asset_without_income_is_idle_after_a_year(finance: httpx.AsyncClient) -> None:
    asset = await make_asset(finance)
    assert "idle" not in await findings(finance, asset["id"], 2026)
    assert "idle" in await findings(finance, asset["id"], 2027)
    await created(finance, f"/v1/assets/{asset['id']}/incomes", INCOME)
    assert "idle" not in await findings(finance, asset["id"], 2027)
    assert "idle" in await findings(finance, asset["id"], 2028)
    public = await make_asset(finance, kind="public_benefit", keeper=None)
    assert await findings(finance, public["id"], 2028) == {"not_reviewed", "without_keeper"}


async def test_the_income_of_a_station_is_that_of_its_asset(finance: httpx.AsyncClient) -> None:
    asset = await make_asset(finance)
    station = await created(finance, "/v1/photovoltaic-stations", station_body(asset_id=asset["id"]))
    path = f"/v1/photovoltaic-stations/{station['id']}/settlements"
    assert "idle" in await findings(finance, asset["id"], 2027)
    await created(finance, path, settlement_body("2026-10", "100.00"))
    assert "idle" not in await findings(finance, asset["id"], 2027)


async def test_a_payment_taken_back_shows_assets_worth_more_than_was_spent(
    finance: httpx.AsyncClient,
) -> None:
    asset = await make_asset(finance)
    assert "value_exceeds_spent" not in await findings(finance, asset["id"], 2026)
    query = {"project_id": asset["project_id"]}
    [payment] = (await finance.get("/v1/payments", params=query)).json()["items"]
    await created(finance, f"/v1/payments/{payment['id']}/reversal", {"reason": "误"})
    assert "value_exceeds_spent" in await findings(finance, asset["id"], 2026)
