"""A batch to households from the maker to the bank's answer."""

import asyncio
import csv
import io
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.funds import created, make_allocation, project_body, started_project
from tests.funds_api.disbursements.conftest import Treasury
from tests.funds_api.recount import assert_balances_are_the_entries

PAID_ON = "2026-11-08"


async def project_of(treasury: Treasury, *amounts: str) -> dict[str, str]:
    allocations = [await make_allocation(treasury.maker, amount) for amount in amounts]
    parts = [(made["id"], amount) for made, amount in zip(allocations, amounts, strict=True)]
    project = await started_project(treasury.maker, *parts)
    return {"project_id": project["id"]}


def paid(item: dict[str, Any], reference: str = "LS") -> dict[str, Any]:
    return {"item_id": item["id"], "status": "paid", "paid_on": PAID_ON, "reference": reference}


def rejected(item: dict[str, Any]) -> dict[str, Any]:
    return {"item_id": item["id"], "status": "rejected", "reason": "账号不存在"}


def codes(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


async def test_from_the_maker_to_the_receipts(treasury: Treasury, database: TestDatabase) -> None:
    origin = await project_of(treasury, "150.00", "500.00")
    batch = await treasury.submitted(origin, [treasury.item("100.00") for _ in range(3)])
    assert (batch["state"], batch["count"], batch["total"], batch["as_of"]) == (
        "submitted",
        3,
        "300.00",
        "2026-11-08",
    )
    project = await treasury.get(f"/v1/projects/{origin['project_id']}")
    assert (project["held"], project["available"]) == ("0.00", "650.00")
    approved = (await treasury.approve(batch)).json()
    assert (approved["state"], approved["decided_by"]) == ("approved", "checker")
    project = await treasury.get(f"/v1/projects/{origin['project_id']}")
    assert (project["held"], project["paid"], project["available"]) == ("300.00", "0.00", "350.00")
    await treasury.send(batch)
    await treasury.send(batch)
    (file,) = (treasury.folder / "outbox").iterdir()
    told = list(csv.DictReader(io.StringIO(file.read_text("gb18030"))))
    items = await treasury.items(batch)
    assert [row["明细号"] for row in told] == [item["id"] for item in items]
    assert [row["账号"][-4:] for row in told] == [item["account"][-4:] for item in items]
    assert all(item["account"].startswith("***") for item in items)
    assert (await treasury.get(f"/v1/disbursements/{batch['id']}"))["state"] == "sent"
    answer = await treasury.receipts(batch, paid(items[0]), paid(items[1]), rejected(items[2]))
    assert answer.status_code == 200, answer.text
    done = answer.json()
    assert (done["state"], done["accepted"], done["paid_total"], done["rejected_total"]) == (
        "settled",
        3,
        "200.00",
        "100.00",
    )
    project = await treasury.get(f"/v1/projects/{origin['project_id']}")
    assert (project["held"], project["paid"], project["available"]) == ("0.00", "200.00", "450.00")
    assert [part["paid"] for part in project["allocations"]] == ["150.00", "50.00"]
    await assert_balances_are_the_entries(database)


async def test_out_of_an_allocation_without_a_project(treasury: Treasury, database: TestDatabase) -> None:
    allocation = await make_allocation(treasury.maker, "250.00")
    batch = await treasury.approved(
        {"allocation_id": allocation["id"]}, [treasury.item("100.00") for _ in range(2)]
    )
    held = await treasury.get(f"/v1/allocations/{allocation['id']}")
    assert (held["held"], held["budgeted"], held["available"]) == ("200.00", "200.00", "50.00")
    items = await treasury.items(batch)
    await treasury.receipts(batch, paid(items[0]), rejected(items[1]))
    after = await treasury.get(f"/v1/allocations/{allocation['id']}")
    assert (after["held"], after["paid"], after["available"]) == ("0.00", "100.00", "150.00")
    await assert_balances_are_the_entries(database)


async def test_the_maker_cannot_check(treasury: Treasury) -> None:
    batch = await treasury.submitted(await project_of(treasury, "500.00"), [treasury.item()])
    refused = await treasury.approve(batch, treasury.maker)
    assert (refused.status_code, refused.json()["code"]) == (409, "same_person")
    stale = await treasury.checker.post(
        f"/v1/disbursements/{batch['id']}/approval", headers={"If-Match": '"7"'}
    )
    assert stale.status_code == 412
    assert (await treasury.checker.post(f"/v1/disbursements/{batch['id']}/approval")).status_code == 428


async def test_no_more_is_held_than_stands_above(treasury: Treasury) -> None:
    origin = await project_of(treasury, "150.00")
    first, second = [await treasury.submitted(origin, [treasury.item("100.00")]) for _ in range(2)]
    answers = await asyncio.gather(treasury.approve(first), treasury.approve(second))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    refused = next(answer for answer in answers if answer.status_code == 409).json()
    assert (refused["code"], refused["available"]) == ("insufficient_allocation", "50.00")
    payment = {"project_id": origin["project_id"], "amount": "50.01", "paid_on": PAID_ON, "payee": "某公司"}
    assert (await treasury.maker.post("/v1/payments", json=payment)).status_code == 409


async def test_a_refused_batch_frees_its_households(treasury: Treasury) -> None:
    origin = await project_of(treasury, "500.00")
    item = treasury.item()
    batch = await treasury.submitted(origin, [item])
    again = await treasury.submit(origin, [item])
    assert (again.status_code, codes(again)) == (422, [("/items/0/household_id", "paid_twice")])
    refused = await treasury.checker.post(
        f"/v1/disbursements/{batch['id']}/refusal", json={"reason": "期间有误"}, headers={"If-Match": "*"}
    )
    assert (refused.json()["state"], refused.json()["refusal"]) == ("refused", "期间有误")
    assert (await treasury.submit(origin, [item])).status_code == 201
    late = await treasury.approve(refused.json())
    assert (late.status_code, late.json()["code"]) == (409, "illegal_transition")


async def test_a_household_is_not_paid_twice_whoever_is_first(treasury: Treasury) -> None:
    origin = await project_of(treasury, "900.00")
    item = treasury.item()
    answers = await asyncio.gather(*(treasury.submit(origin, [treasury.item(), item]) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 5
    assert {code for answer in answers if answer.status_code == 422 for code in codes(answer)} == {
        ("/items/1/household_id", "paid_twice")
    }


async def test_what_was_rejected_is_corrected_and_paid_again(treasury: Treasury) -> None:
    origin = await project_of(treasury, "500.00")
    wrong = treasury.item()
    batch = await treasury.approved(origin, [wrong, treasury.item()])
    first, second = await treasury.items(batch)
    await treasury.receipts(batch, rejected(first), paid(second))
    right = {**wrong, "account": treasury.card(), "corrects": first["id"]}
    of_paid = await treasury.submit(origin, [{**right, "corrects": second["id"]}])
    assert codes(of_paid) == [("/items/0/corrects", "not_a_rejected_item")]
    corrected = await treasury.approved(origin, [right])
    (item,) = await treasury.items(corrected)
    assert (item["corrects"], item["state"]) == (first["id"], "waiting")
    await treasury.receipts(corrected, paid(item))
    again = await treasury.submit(origin, [{**right, "account": treasury.card()}])
    assert again.status_code == 422
    assert ("/items/0/household_id", "paid_twice") in codes(again)


async def test_everything_wrong_with_the_households_is_told(treasury: Treasury) -> None:
    origin = await project_of(treasury, "500.00")
    items = [
        treasury.item(),
        treasury.item(household_id=str(uuid4())),
        treasury.item(household_id=treasury.family("李四")),
        treasury.item(purpose="监测帮扶补助"),
        treasury.item(purpose="监测帮扶补助", household_id=treasury.family(monitoring="marginal")),
    ]
    refused = await treasury.submit(origin, items)
    assert refused.status_code == 422
    assert codes(refused) == [
        ("/items/1/household_id", "household_not_found"),
        ("/items/2/payee", "payee_differs"),
        ("/items/3/household_id", "household_not_eligible"),
    ]
    assert "张三" not in refused.text
    assert (await treasury.submit(origin, [items[0]])).status_code == 201


async def test_the_registry_is_away(treasury: Treasury) -> None:
    origin = await project_of(treasury, "500.00")
    treasury.registry.down = True
    away = await treasury.submit(origin, [treasury.item()])
    assert (away.status_code, away.json()["code"], away.headers["retry-after"]) == (503, "registry_away", "5")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"count": 2}, [("/count", "totals_differ")]),
        ({"total": "100.01"}, [("/total", "totals_differ")]),
        ({"total": 100.0}, [("/total", "amount_not_text")]),
        ({"count": "1"}, [("/count", "not_a_number")]),
        ({"project_id": None}, [("/project_id", "one_origin_needed")]),
        ({"project_id": "P1"}, [("/project_id", "not_an_id")]),
        ({"items": []}, [("/items", "missing"), ("/count", "totals_differ"), ("/total", "totals_differ")]),
    ],
)
async def test_what_is_declared_must_be_right(
    treasury: Treasury, fields: dict[str, Any], told: list[tuple[str, str]]
) -> None:
    origin = await project_of(treasury, "500.00")
    body = {**origin, "count": 1, "total": "100.00", "items": [treasury.item()], **fields}
    refused = await treasury.maker.post("/v1/disbursements", json=body)
    assert (refused.status_code, codes(refused)) == (422, told)


async def test_a_project_that_has_not_started(treasury: Treasury) -> None:
    allocation = await make_allocation(treasury.maker, "100.00")
    project = await created(treasury.maker, "/v1/projects", project_body((allocation["id"], "100.00")))
    refused = await treasury.submit({"project_id": project["id"]}, [treasury.item()])
    assert (refused.status_code, refused.json()["code"]) == (409, "project_not_started")
    unknown = await treasury.submit({"project_id": str(uuid4())}, [treasury.item()])
    assert unknown.status_code == 404


async def test_as_a_table(treasury: Treasury) -> None:
    origin = await project_of(treasury, "500.00")
    item = treasury.item()
    row = f"{item['household_id']},张三,{item['account']},100.00,产业奖补,2026"
    sheet = f"户标识,收款人,账号,金额(元),用途,所属期\n{row}\n"
    answer = await treasury.maker.post(
        "/v1/disbursements",
        params={**origin, "count": 1, "total": "100.00"},
        content=sheet.encode("gb18030"),
        headers={"Content-Type": "text/csv"},
    )
    assert answer.status_code == 201, answer.text
    (kept,) = await treasury.items(answer.json())
    assert (kept["amount"], kept["period"], kept["payee"]) == ("100.00", "2026", "张三")
    finer = await treasury.maker.post(
        "/v1/disbursements",
        params={**origin, "count": 1, "total": "100.00"},
        content=sheet.replace("100.00", "100.005").encode(),
        headers={"Content-Type": "text/csv"},
    )
    assert codes(finer) == [("/items/0/amount", "amount_too_precise")]
    bare = await treasury.maker.post(
        "/v1/disbursements",
        params={**origin, "count": 1, "total": "1.00"},
        content=sheet.replace("100.00", "1,100.00").encode(),
        headers={"Content-Type": "text/csv"},
    )
    assert (bare.status_code, bare.json()["code"]) == (422, "surplus_cells")
    assert bare.json()["detail"].startswith("第2行")


async def test_the_same_request_twice_makes_one_batch(treasury: Treasury) -> None:
    origin = await project_of(treasury, "500.00")
    body = {**origin, "count": 1, "total": "100.00", "items": [treasury.item()]}
    key = {"Idempotency-Key": f"batch-{uuid4()}"}
    first, again = [await treasury.maker.post("/v1/disbursements", json=body, headers=key) for _ in range(2)]
    assert (first.status_code, again.status_code, again.headers["idempotent-replayed"]) == (201, 201, "true")
    assert again.json() == first.json()


async def test_receipts_that_cannot_be(treasury: Treasury) -> None:
    origin = await project_of(treasury, "900.00")
    early = await treasury.submitted(origin, [treasury.item()])
    (item,) = await treasury.items(early)
    before = await treasury.receipts(early, paid(item))
    assert (before.status_code, before.json()["code"]) == (409, "illegal_transition")
    batch = await treasury.approved(origin, [treasury.item(), treasury.item()])
    other = await treasury.approved(origin, [treasury.item()])
    first, second = await treasury.items(batch)
    (foreign,) = await treasury.items(other)
    mixed = await treasury.receipts(batch, paid(first), paid(foreign))
    assert (mixed.status_code, codes(mixed)) == (422, [("/items/1/item_id", "receipt_of_another_batch")])
    future = await treasury.receipts(batch, {**paid(first), "paid_on": "2026-11-09"})
    assert codes(future) == [("/items/0/paid_on", "date_in_future")]
    assert [each["state"] for each in await treasury.items(batch)] == ["waiting", "waiting"]
    assert (await treasury.receipts(batch, paid(first), paid(first))).json()["accepted"] == 1
    assert (await treasury.receipts(batch, paid(first))).json()["unchanged"] == 1
    otherwise = await treasury.receipts(batch, rejected(first), paid(second))
    assert (otherwise.status_code, otherwise.json()["code"]) == (409, "receipt_conflicts")
    assert [each["state"] for each in await treasury.items(batch)] == ["paid", "waiting"]
    without = await treasury.receipts(batch, {"item_id": second["id"], "status": "paid"})
    assert without.status_code == 422


async def test_the_bank_brings_its_answers(treasury: Treasury) -> None:
    origin = await project_of(treasury, "900.00")
    batch = await treasury.approved(origin, [treasury.item(), treasury.item()])
    await treasury.send(batch)
    first, second = await treasury.items(batch)
    inbox = treasury.folder / "inbox"
    (inbox / "a.csv").write_text(
        f"明细号,处理结果,入账日期,失败原因\n{first['id']},成功,2026-11-08,\n", "gb18030"
    )
    (inbox / "b.csv").write_text(
        f"明细号,处理结果,失败原因\n{second['id']},失败,销户\n{uuid4()},失败,销户\n", "gb18030"
    )
    (inbox / "c.csv").write_text(f"明细号,处理结果,失败原因\n{second['id']},失败,销户\n", "gb18030")
    for _ in range(2):
        await treasury.take_answers()
    assert sorted(path.name for path in (treasury.folder / "done").iterdir()) == ["a.csv", "c.csv"]
    aside = treasury.folder / "set_aside"
    assert sorted(path.name for path in aside.iterdir()) == ["b.csv", "b.csv.txt"]
    assert "不是本县发放的明细号" in (aside / "b.csv.txt").read_text()
    found = await treasury.items(batch)
    assert [(each["state"], each["reason"]) for each in found] == [("paid", None), ("rejected", "销户")]
    assert (await treasury.get(f"/v1/disbursements/{batch['id']}"))["state"] == "settled"


async def test_who_sees_what(treasury: Treasury, funds: RunningService) -> None:
    origin = await project_of(treasury, "900.00")
    batch = await treasury.submitted(origin, [treasury.item()])
    path = f"/v1/disbursements/{batch['id']}/items"
    async with funds.client("supervisor", "*", "2312") as supervisor:
        (seen,) = (await supervisor.get(path, params={"county": "231226"})).json()["items"]
        assert seen["payee"] == "张*"
        assert (await supervisor.post("/v1/disbursements", json={})).status_code == 403
    async with funds.client("finance", "231225", "231225") as elsewhere:
        assert (await elsewhere.get(path)).status_code == 404
