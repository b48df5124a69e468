"""Retention money and transfers to units: used up, but spent only when they are settled."""

from typing import Any

import httpx
import pytest

from shared.testing.databases import TestDatabase
from tests.factories.funds import created, make_payment, payment_body, project_with
from tests.funds_api.recount import assert_balances_are_the_entries


async def balances(client: httpx.AsyncClient, project_id: str) -> dict[str, str]:
    found = (await client.get(f"/v1/projects/{project_id}")).json()
    return {name: found[name] for name in ("paid", "retained", "transferred", "available")}


async def spent(client: httpx.AsyncClient, project: dict[str, Any], day: str) -> str:
    """What progress says was paid of the project's source by a day."""
    allocation = (await client.get(f"/v1/allocations/{project['allocations'][0]['allocation_id']}")).json()
    answer = await client.get("/v1/progress", params={"year": 2026, "as_of": day, "limit": 500})
    key = f"{allocation['region_code']}:{allocation['source_id']}"
    return next(str(item["paid"]) for item in answer.json()["items"] if item["key"] == key)


async def refusal(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> tuple[int, str]:
    answer = await client.post(path, json=body)
    return answer.status_code, str(answer.json().get("code"))


async def test_retention_money_counts_from_its_release_on(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    project = await project_with(finance, "100.00")
    retained = await make_payment(finance, project["id"], "40.00", retention=True, paid_on="2026-06-01")
    assert (retained["counted"], retained["outstanding"]) == (False, "40.00")
    path = f"/v1/payments/{retained['id']}"
    part = await created(finance, f"{path}/release", {"paid_on": "2026-09-01", "amount": "15.00"})
    assert (part["settles"], part["amount"], part["counted"]) == (retained["id"], "15.00", True)
    assert part["payee"] == retained["payee"]
    assert await balances(finance, project["id"]) == {
        "paid": "15.00", "retained": "25.00", "transferred": "0.00", "available": "60.00",
    }  # fmt: skip
    assert await spent(finance, project, "2026-08-31") == "0.00"
    assert await spent(finance, project, "2026-09-01") == "15.00"
    rest = await created(finance, f"{path}/release", {"paid_on": "2026-11-08"})
    assert rest["amount"] == "25.00"
    assert await refusal(finance, f"{path}/release", {"paid_on": "2026-11-08"}) == (
        409,
        "insufficient_allocation",
    )
    assert (await finance.get(path)).json()["outstanding"] == "0.00"
    await assert_balances_are_the_entries(database)


async def test_a_release_taken_back_is_outstanding_again(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    project = await project_with(finance, "100.00")
    retained = await make_payment(finance, project["id"], "40.00", retention=True, paid_on="2026-06-01")
    path = f"/v1/payments/{retained['id']}"
    released = await created(finance, f"{path}/release", {"paid_on": "2026-09-01", "amount": "30.00"})
    assert await refusal(finance, f"{path}/reversal", {"reason": "误"}) == (409, "settled_already")
    await created(finance, f"/v1/payments/{released['id']}/reversal", {"reason": "误"})
    assert (await finance.get(path)).json()["outstanding"] == "40.00"
    assert await spent(finance, project, "2026-11-08") == "0.00"
    await created(finance, f"{path}/reversal", {"reason": "误"})
    assert (await balances(finance, project["id"]))["available"] == "100.00"
    assert await refusal(finance, f"{path}/release", {"paid_on": "2026-11-08"}) == (409, "already_reversed")
    await assert_balances_are_the_entries(database)


async def test_a_transfer_counts_when_the_unit_pays_it_on(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    project = await project_with(finance, "100.00")
    transfer = await make_payment(
        finance, project["id"], "80.00", payee="绥棱镇财政所", payee_kind="unit", paid_on="2026-03-01"
    )
    assert (transfer["counted"], transfer["outstanding"]) == (False, "80.00")
    assert await spent(finance, project, "2026-03-31") == "0.00"
    path = f"/v1/payments/{transfer['id']}/onward"
    onward = {"amount": "50.00", "paid_on": "2026-04-20", "payee": "张三", "payee_kind": "beneficiary"}
    paid = await created(finance, path, onward)
    assert (paid["payee"], paid["payee_kind"], paid["counted"]) == ("张三", "beneficiary", True)
    assert await spent(finance, project, "2026-04-30") == "50.00"
    assert await balances(finance, project["id"]) == {
        "paid": "50.00", "retained": "0.00", "transferred": "30.00", "available": "20.00",
    }  # fmt: skip
    assert await refusal(finance, path, onward) == (409, "insufficient_allocation")
    items = (await finance.get("/v1/payments", params={"settles": transfer["id"]})).json()["items"]
    assert [item["id"] for item in items] == [paid["id"]]
    waiting = await finance.get("/v1/payments", params={"project_id": project["id"], "outstanding": True})
    assert [item["id"] for item in waiting.json()["items"]] == [transfer["id"]]
    await assert_balances_are_the_entries(database)


@pytest.mark.parametrize(
    ("kind", "path", "body", "status", "code"),
    [
        ({}, "release", {"paid_on": "2026-11-08"}, 409, "not_retained"),
        ({}, "onward", {"amount": "1.00", "paid_on": "2026-11-08", "payee": "甲"}, 409, "not_transferred"),
        ({"retention": True}, "onward", {"amount": "1.00", "paid_on": "2026-11-08", "payee": "甲"}, 409,
         "not_transferred"),
        ({"payee_kind": "unit"}, "release", {"paid_on": "2026-11-08"}, 409, "not_retained"),
        ({"retention": True}, "release", {"paid_on": "2026-11-09"}, 422, "paid_on_in_future"),
        ({"retention": True}, "release", {"paid_on": "2026-05-31"}, 422, "paid_on_before_held"),
        ({"retention": True}, "release", {"paid_on": "2026-11-08", "amount": "10.01"}, 409,
         "insufficient_allocation"),
        ({"payee_kind": "unit"}, "onward",
         {"amount": "1.00", "paid_on": "2026-11-08", "payee": "甲", "payee_kind": "unit"}, 422, "invalid_request"),
    ],
)  # fmt: skip
async def test_what_cannot_settle_is_refused_and_changes_nothing(
    finance: httpx.AsyncClient, kind: dict[str, Any], path: str, body: dict[str, Any], status: int, code: str
) -> None:
    project = await project_with(finance, "100.00")
    payment = await make_payment(finance, project["id"], "10.00", paid_on="2026-06-01", **kind)
    before = await balances(finance, project["id"])
    assert await refusal(finance, f"/v1/payments/{payment['id']}/{path}", body) == (status, code)
    assert await balances(finance, project["id"]) == before


async def test_a_unit_receives_no_retention_money(finance: httpx.AsyncClient) -> None:
    project = await project_with(finance, "100.00")
    body = payment_body(project["id"], "1.00", retention=True, payee_kind="unit")
    assert await refusal(finance, "/v1/payments", body) == (422, "retention_of_unit")


async def test_what_counts_as_spent_is_the_countys_to_say(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    project = await project_with(finance, "100.00")
    before = await make_payment(finance, project["id"], "10.00", payee_kind="unit")
    owner = await database.connect()
    await owner.execute(
        "INSERT INTO funds.parameter SELECT county_code, name, 2, '2026-11-01',"
        " value || '{\"unit\": true}', source, set_by, set_at FROM funds.parameter WHERE name = 'counts_as_spent'"
    )
    try:
        after = await make_payment(finance, project["id"], "10.00", payee_kind="unit")
    finally:
        await owner.execute("DELETE FROM funds.parameter WHERE name = 'counts_as_spent' AND version = 2")
        await owner.close()
    assert (before["counted"], before["rule_version"]) == (False, 1)
    assert (after["counted"], after["rule_version"], after["outstanding"]) == (True, 2, None)
    assert (await balances(finance, project["id"]))["paid"] == "10.00"
    body = {"amount": "1.00", "paid_on": "2026-11-08", "payee": "甲"}
    assert await refusal(finance, f"/v1/payments/{after['id']}/onward", body) == (409, "not_transferred")
    await assert_balances_are_the_entries(database)
