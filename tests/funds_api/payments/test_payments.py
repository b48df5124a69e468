"""Payments and reversals: what is taken and given back, what is refused, and who sees the payee."""

import httpx
import pytest

from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.funds import (
    created,
    make_allocation,
    make_payment,
    payment_body,
    project_body,
    project_with,
    started_project,
)


async def paid(client: httpx.AsyncClient, project_id: str) -> tuple[str, str, str]:
    found = (await client.get(f"/v1/projects/{project_id}")).json()
    return found["paid"], found["retained"], found["available"]


async def test_a_payment_comes_out_of_the_parts_in_their_order(finance: httpx.AsyncClient) -> None:
    first, second = [await make_allocation(finance, "100.00") for _ in range(2)]
    project = await started_project(finance, (second["id"], "30.00"), (first["id"], "100.00"))
    payment = await make_payment(finance, project["id"], "50.00")
    assert {share["allocation_id"]: share["amount"] for share in payment["allocations"]} == {
        second["id"]: "30.00",
        first["id"]: "20.00",
    }
    assert await paid(finance, project["id"]) == ("50.00", "0.00", "80.00")
    assert (await finance.get(f"/v1/allocations/{first['id']}")).json()["paid"] == "20.00"


async def test_no_more_is_paid_than_the_allocations_leave(finance: httpx.AsyncClient) -> None:
    project = await project_with(finance, "100.00")
    await make_payment(finance, project["id"], "99.00")
    refused = await finance.post("/v1/payments", json=payment_body(project["id"], "1.01"))
    assert refused.status_code == 409
    assert (refused.json()["code"], refused.json()["available"]) == ("insufficient_allocation", "1.00")
    assert await paid(finance, project["id"]) == ("99.00", "0.00", "1.00")


async def test_the_budget_without_allocations_pays_nothing(finance: httpx.AsyncClient) -> None:
    project = await started_project(finance, budget="1000.00")
    refused = await finance.post("/v1/payments", json=payment_body(project["id"], "0.01"))
    assert (refused.json()["code"], refused.json()["available"]) == ("insufficient_allocation", "0.00")


async def test_a_project_that_has_not_started_is_not_paid(finance: httpx.AsyncClient) -> None:
    allocation = await make_allocation(finance, "100.00")
    project = await created(finance, "/v1/projects", project_body((allocation["id"], "100.00")))
    refused = await finance.post("/v1/payments", json=payment_body(project["id"], "1.00"))
    assert (refused.status_code, refused.json()["code"]) == (409, "project_not_started")
    assert await paid(finance, project["id"]) == ("0.00", "0.00", "100.00")


@pytest.mark.parametrize(
    ("paid_on", "code"),
    [
        (0, "not_a_date"),
        (1_794_096_000, "not_a_date"),
        ("0", "not_a_date"),
        ("1970-01-01", "date_out_of_range"),
    ],
)
async def test_a_day_is_no_number(finance: httpx.AsyncClient, paid_on: object, code: str) -> None:
    project = await project_with(finance, "100.00")
    body = payment_body(project["id"], "1.00") | {"paid_on": paid_on}
    refused = await finance.post("/v1/payments", json=body)
    assert (refused.status_code, [error["code"] for error in refused.json()["errors"]]) == (422, [code])


async def test_a_payment_is_not_of_tomorrow(finance: httpx.AsyncClient) -> None:
    project = await project_with(finance, "100.00")
    body = payment_body(project["id"], "1.00", paid_on="2026-11-09")
    refused = await finance.post("/v1/payments", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "paid_on_in_future")


async def test_a_reversal_gives_back_what_was_taken_once(finance: httpx.AsyncClient) -> None:
    allocations = [await make_allocation(finance, "50.00") for _ in range(2)]
    project = await started_project(finance, *((each["id"], "50.00") for each in allocations))
    payment = await make_payment(finance, project["id"], "70.00")
    path = f"/v1/payments/{payment['id']}"
    reversal = await created(finance, f"{path}/reversal", {"reason": "收款账户有误"})
    assert reversal["amount"] == "-70.00"
    assert reversal["reversal_of"] == payment["id"]
    assert sorted(share["amount"] for share in reversal["allocations"]) == ["-20.00", "-50.00"]
    assert await paid(finance, project["id"]) == ("0.00", "0.00", "100.00")
    read = await finance.get(path)
    assert (read.json()["reversed"], read.headers["etag"]) == (True, '"2"')
    assert (await finance.get(f"/v1/payments/{reversal['id']}")).json() == reversal

    again = await finance.post(f"{path}/reversal", json={"reason": "再来"})
    assert (again.status_code, again.json()["code"]) == (409, "already_reversed")
    back = await finance.post(f"/v1/payments/{reversal['id']}/reversal", json={"reason": "反悔"})
    assert (back.status_code, back.json()["code"]) == (409, "reversal_of_reversal")
    assert await paid(finance, project["id"]) == ("0.00", "0.00", "100.00")
    assert (await finance.post(f"{path}/reversal", json={})).status_code == 422


async def test_retention_money_is_used_up_but_not_spent(finance: httpx.AsyncClient) -> None:
    project = await project_with(finance, "100.00")
    retained = await make_payment(finance, project["id"], "40.00", retention=True)
    assert await paid(finance, project["id"]) == ("0.00", "40.00", "60.00")
    refused = await finance.post("/v1/payments", json=payment_body(project["id"], "60.01"))
    assert refused.status_code == 409
    await created(finance, f"/v1/payments/{retained['id']}/reversal", {"reason": "验收后改为支付"})
    assert await paid(finance, project["id"]) == ("0.00", "0.00", "100.00")
    body = payment_body(project["id"], "1.00", retention="yes")
    assert (await finance.post("/v1/payments", json=body)).status_code == 422


async def test_the_payee_is_sealed_and_shown_to_those_who_work_with_it(
    funds: RunningService, finance: httpx.AsyncClient, township: httpx.AsyncClient, database: TestDatabase
) -> None:
    project = await project_with(finance, "100.00")
    payment = await make_payment(finance, project["id"], "1.00", payee="单于白")
    assert payment["payee"] == "单于白"
    assert (await township.get(f"/v1/payments/{payment['id']}")).json()["payee"] == "单于白"
    async with funds.client("supervisor", "2312", "2312") as supervisor:
        listed = await supervisor.get("/v1/payments", params={"project_id": project["id"]})
    assert [item["payee"] for item in listed.json()["items"]] == ["单*"]
    owner = await database.connect()
    stored = await owner.fetchval("SELECT payee_sealed FROM funds.payment WHERE id = $1", payment["id"])
    told = await owner.fetchval("SELECT string_agg(detail::text, '') FROM funds.audit_entry")
    await owner.close()
    assert "单于白".encode() not in stored
    assert "单于白" not in told


async def test_payments_elsewhere_do_not_exist_for_a_township(
    funds: RunningService, finance: httpx.AsyncClient
) -> None:
    project = await project_with(finance, "100.00")
    payment = await make_payment(finance, project["id"], "1.00")
    async with funds.client("township", "231226101", "231226101") as other:
        assert (await other.get(f"/v1/payments/{payment['id']}")).status_code == 404
        assert (await other.get("/v1/payments")).json()["items"] == []
    async with funds.client("finance", "231225", "231225") as stranger:
        assert (
            await stranger.post("/v1/payments", json=payment_body(project["id"], "1.00"))
        ).status_code == 404
        answer = await stranger.post(f"/v1/payments/{payment['id']}/reversal", json={"reason": "误"})
        assert answer.status_code == 404


async def test_who_cannot_reach_the_allocation_cannot_pay_from_it(
    funds: RunningService, finance: httpx.AsyncClient
) -> None:
    allocation = await make_allocation(finance, "100.00", region_code="231226")
    project = await started_project(finance, (allocation["id"], "100.00"))
    async with funds.client("finance", "231226100", "231226100") as narrow:
        answer = await narrow.post("/v1/payments", json=payment_body(project["id"], "1.00"))
    assert answer.status_code == 404
    assert await paid(finance, project["id"]) == ("0.00", "0.00", "100.00")


@pytest.mark.parametrize("path", ["no-id-at-all", "0199c000-0000-7000-8000-000000000000"])
async def test_what_is_no_payment_is_not_found(finance: httpx.AsyncClient, path: str) -> None:
    assert (await finance.get(f"/v1/payments/{path}")).status_code == 404
    assert (await finance.post(f"/v1/payments/{path}/reversal", json={"reason": "误"})).status_code == 404
