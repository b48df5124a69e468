"""Contracts: what they bind, how they change, and that nothing else pays out of them."""

from typing import Any

import httpx
import pytest

from shared.testing.databases import TestDatabase
from tests.factories.funds import (
    contract_body,
    created,
    make_allocation,
    make_contract,
    make_payment,
    move,
    payment_body,
    project_with,
    started_project,
)
from tests.funds_api.recount import assert_balances_are_the_entries


async def refusal(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> tuple[int, str, str | None]:
    answer = await client.post(path, json=body)
    told = answer.json()
    return answer.status_code, told.get("code"), told.get("available")


async def of_project(client: httpx.AsyncClient, project_id: str) -> tuple[str, str, str]:
    found = (await client.get(f"/v1/projects/{project_id}")).json()
    return found["paid"], found["committed"], found["available"]


async def test_a_contract_binds_what_it_is_for(finance: httpx.AsyncClient, database: TestDatabase) -> None:
    project = await project_with(finance, "100.00")
    contract = await make_contract(finance, project["id"], "70.00")
    assert (contract["amount"], contract["used"], contract["available"]) == ("70.00", "0.00", "70.00")
    assert await of_project(finance, project["id"]) == ("0.00", "70.00", "30.00")
    free = payment_body(project["id"], "30.01")
    assert await refusal(finance, "/v1/payments", free) == (409, "insufficient_allocation", "30.00")
    paid = await make_payment(finance, project["id"], "50.00", contract_id=contract["id"])
    assert paid["contract_id"] == contract["id"]
    over = payment_body(project["id"], "20.01", contract_id=contract["id"])
    assert await refusal(finance, "/v1/payments", over) == (409, "insufficient_allocation", "20.00")
    told = (await finance.post("/v1/payments", json=over)).json()["detail"]
    assert told == "合同可用余额 20.00 元，请减少金额，或先签订补充合同"
    assert await of_project(finance, project["id"]) == ("50.00", "20.00", "30.00")
    found = await finance.get(f"/v1/contracts/{contract['id']}")
    assert (found.json()["used"], found.json()["available"]) == ("50.00", "20.00")
    assert found.headers["etag"] == '"1"'
    listed = (await finance.get("/v1/payments", params={"contract_id": contract["id"]})).json()["items"]
    assert [item["id"] for item in listed] == [paid["id"]]
    await assert_balances_are_the_entries(database)


async def test_a_contract_binds_parts_of_several_allocations(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    first, second = [await make_allocation(finance, "50.00") for _ in range(2)]
    project = await started_project(finance, (first["id"], "50.00"), (second["id"], "50.00"))
    contract = await make_contract(finance, project["id"], "80.00")
    assert {part["allocation_id"]: part["amount"] for part in contract["allocations"]} == {
        first["id"]: "50.00",
        second["id"]: "30.00",
    }
    payment = await make_payment(finance, project["id"], "60.00", contract_id=contract["id"])
    assert {part["allocation_id"]: part["amount"] for part in payment["allocations"]} == {
        first["id"]: "50.00",
        second["id"]: "10.00",
    }
    await created(finance, f"/v1/payments/{payment['id']}/reversal", {"reason": "误"})
    assert (await finance.get(f"/v1/contracts/{contract['id']}")).json()["used"] == "0.00"
    assert await of_project(finance, project["id"]) == ("0.00", "80.00", "20.00")
    await assert_balances_are_the_entries(database)


async def test_supplements_are_entries_that_change_what_is_bound(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    project = await project_with(finance, "100.00")
    contract = await make_contract(finance, project["id"], "60.00")
    await make_payment(finance, project["id"], "25.00", contract_id=contract["id"])
    path = f"/v1/contracts/{contract['id']}/supplements"
    body = {"signed_on": "2026-10-01", "document_no": "补1", "reason": "设计变更"}
    assert await refusal(finance, path, body | {"amount": "40.01"}) == (
        409,
        "insufficient_allocation",
        "40.00",
    )
    await created(finance, path, body | {"amount": "40.00"})
    assert await refusal(finance, path, body | {"amount": "-75.01"}) == (
        409,
        "insufficient_allocation",
        "75.00",
    )
    await created(finance, path, body | {"amount": "-75.00"})
    found = await finance.get(f"/v1/contracts/{contract['id']}")
    told = found.json()
    assert (told["signed_amount"], told["amount"], told["available"]) == ("60.00", "25.00", "0.00")
    assert [each["amount"] for each in told["supplements"]] == ["40.00", "-75.00"]
    assert found.headers["etag"] == '"3"'
    assert await of_project(finance, project["id"]) == ("25.00", "0.00", "75.00")
    assert (await refusal(finance, path, body | {"amount": "0.00"}))[:2] == (422, "amount_zero")
    await assert_balances_are_the_entries(database)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"amount": "100.01"}, 409, "insufficient_allocation"),
        ({"signed_on": "2026-11-09"}, 422, "signed_on_in_future"),
        ({"credit_code": "91231226MA1BCDEF00"}, 422, "credit_code_checksum"),
        ({"credit_code": "913101157109090451"}, 422, "credit_code_checksum"),
        ({"amount": "0.00"}, 422, "amount_not_positive"),
        ({"project_id": "0199c000-0000-7000-8000-000000000000"}, 404, "not_found"),
    ],
)
async def test_what_is_no_contract_is_refused(
    finance: httpx.AsyncClient, changes: dict[str, str], status: int, code: str
) -> None:
    project = await project_with(finance, "100.00")
    answer = await finance.post("/v1/contracts", json=contract_body(project["id"], "60.00") | changes)
    told = answer.json()
    assert (answer.status_code, {told["code"], *(each["code"] for each in told["errors"])} & {code}) == (
        status,
        {code},
    )
    assert await of_project(finance, project["id"]) == ("0.00", "0.00", "100.00")


async def test_a_number_stands_once_in_a_project(finance: httpx.AsyncClient) -> None:
    project = await project_with(finance, "100.00")
    await make_contract(finance, project["id"], "10.00")
    body = contract_body(project["id"], "10.00")
    assert (await refusal(finance, "/v1/contracts", body))[:2] == (409, "duplicate_contract")
    assert await of_project(finance, project["id"]) == ("0.00", "10.00", "90.00")
    other = await project_with(finance, "100.00")
    await make_contract(finance, other["id"], "10.00")


async def test_a_contract_pays_for_its_own_project(finance: httpx.AsyncClient) -> None:
    project, other = [await project_with(finance, "100.00") for _ in range(2)]
    contract = await make_contract(finance, project["id"], "10.00")
    body = payment_body(other["id"], "1.00", contract_id=contract["id"])
    assert (await refusal(finance, "/v1/payments", body))[:2] == (422, "contract_of_another_project")


async def test_a_credit_code_is_kept_as_it_is_written_officially(finance: httpx.AsyncClient) -> None:
    project = await project_with(finance, "100.00")
    made = await make_contract(finance, project["id"], "1.00", credit_code=" 91350100m000100y43 ")
    assert made["credit_code"] == "91350100M000100Y43"


async def test_a_suspended_project_makes_no_contract(finance: httpx.AsyncClient) -> None:
    project = await project_with(finance, "100.00")
    await move(finance, project, "suspended", reason="征地未完成")
    body = contract_body(project["id"], "10.00")
    assert (await refusal(finance, "/v1/contracts", body))[:2] == (409, "project_suspended")


async def test_a_township_reads_its_own_contracts(
    finance: httpx.AsyncClient, township: httpx.AsyncClient
) -> None:
    project = await project_with(finance, "100.00")
    contract = await make_contract(finance, project["id"], "10.00")
    assert (await township.get(f"/v1/contracts/{contract['id']}")).status_code == 200
    body = contract_body(project["id"], "1.00", number="2")
    assert (await township.post("/v1/contracts", json=body)).status_code == 403
    elsewhere = (await finance.get("/v1/contracts", params={"region": "231226101"})).json()["items"]
    assert contract["id"] not in {item["id"] for item in elsewhere}
