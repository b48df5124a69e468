"""A bank statement against what was to be paid."""

from typing import Any

import httpx

from shared.testing.databases import TestDatabase
from tests.funds_api.disbursements.conftest import Treasury
from tests.funds_api.disbursements.test_disbursements import paid, project_of, rejected
from tests.funds_api.recount import assert_balances_are_the_entries

DAY = "2026-11-08"


def line(item: dict[str, Any], reference: str, **fields: Any) -> dict[str, Any]:
    usual = {
        "交易日期": DAY,
        "金额": "100.00",
        "账号": item["account"],
        "户名": "张三",
        "流水号": reference,
        "摘要": "",
    }
    return {**usual, **fields}


async def received(treasury: Treasury, *lines: dict[str, Any]) -> httpx.Response:
    rows = [",".join(lines[0]), *(",".join(map(str, each.values())) for each in lines)]
    return await treasury.maker.post(
        "/v1/bank-statements", content="\n".join(rows).encode("gb18030"), headers={"Content-Type": "text/csv"}
    )


async def lines_of(treasury: Treasury, statement: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = await treasury.get(f"/v1/bank-statements/{statement['id']}/lines?limit=500")
    return {each["reference"]: each for each in found["items"]}


async def test_a_lost_answer_is_found_in_the_statement(treasury: Treasury, database: TestDatabase) -> None:
    origin = await project_of(treasury, "900.00")
    items = [treasury.item() for _ in range(4)]
    batch = await treasury.approved(origin, items)
    kept = await treasury.items(batch)
    await treasury.receipts(batch, paid(kept[1], "B-2"), rejected(kept[2]))
    answer = await received(
        treasury,
        line(items[0], "B-1"),
        line(items[1], "B-2"),
        line(items[2], "B-3"),
        line(items[3], "B-4", 金额="90.00"),
        line({"account": ""}, "B-5", 摘要="手续费"),
    )
    assert answer.status_code == 201, answer.text
    statement = answer.json()
    assert (statement["count"], statement["matched"], statement["doubtful"], statement["unmatched"]) == (
        5,
        2,
        2,
        1,
    )
    lines = await lines_of(treasury, statement)
    assert {reference: each["result"] for reference, each in lines.items()} == {
        "B-1": "matched",
        "B-2": "matched",
        "B-3": "doubtful",
        "B-4": "doubtful",
        "B-5": "unmatched",
    }
    assert (lines["B-3"]["suggested_item_id"], lines["B-3"]["item_id"]) == (kept[2]["id"], None)
    assert "退回" in lines["B-3"]["doubt"]
    assert "90.00" in lines["B-4"]["doubt"]
    states = {item["id"]: (item["state"], item["reference"]) for item in await treasury.items(batch)}
    assert states[kept[0]["id"]] == ("paid", "B-1")
    assert states[kept[3]["id"]] == ("waiting", None)
    await assert_balances_are_the_entries(database)


async def test_a_statement_that_comes_again_changes_nothing(treasury: Treasury) -> None:
    origin = await project_of(treasury, "900.00")
    item = treasury.item()
    batch = await treasury.approved(origin, [item])
    first = (await received(treasury, line(item, "C-1"))).json()
    again = (await received(treasury, line(item, "C-1"), line(item, "C-2"))).json()
    assert (first["matched"], again["count"], again["repeated"]) == (1, 1, 1)
    (twice,) = (await lines_of(treasury, again)).values()
    assert (twice["result"], "重复支付" in twice["doubt"]) == ("doubtful", True)
    assert (await treasury.get(f"/v1/disbursements/{batch['id']}"))["paid_total"] == "100.00"


async def test_a_person_decides_what_is_doubtful(treasury: Treasury) -> None:
    origin = await project_of(treasury, "900.00")
    account = treasury.card()
    items = [treasury.item(account=account), treasury.item(account=account)]
    batch = await treasury.approved(origin, items)
    first, second = await treasury.items(batch)
    statement = (await received(treasury, line(items[0], "D-1"), line(items[0], "D-2"))).json()
    assert statement["doubtful"] == 2
    one, two = (await lines_of(treasury, statement)).values()

    async def decide(which: dict[str, Any], item_id: str | None) -> httpx.Response:
        return await treasury.checker.post(
            f"/v1/bank-statement-lines/{which['id']}/decision",
            json={"item_id": item_id},
            headers={"If-Match": "*"},
        )

    decided = await decide(one, second["id"])
    assert (decided.json()["result"], decided.json()["decided_by"]) == ("matched", "checker")
    taken = await decide(two, second["id"])
    assert (taken.status_code, taken.json()["code"]) == (409, "item_not_fitting")
    nothing = await decide(two, None)
    assert nothing.json()["result"] == "unmatched"
    assert (await decide(two, first["id"])).json()["code"] == "not_doubtful"
    states = [item["state"] for item in await treasury.items(batch)]
    assert states == ["waiting", "paid"]


async def test_a_statement_that_cannot_be_read(treasury: Treasury) -> None:
    item = treasury.item()
    answer = await received(
        treasury,
        line(item, "E-1", 交易日期="2026-12-01"),
        line(item, "", 金额="100"),
        line(item, "E-3", 账号="6.22E+18"),
        line(item, "E-4", 金额="一百"),
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "statement_invalid")
    assert [error["code"] for error in answer.json()["errors"]] == [
        "date_in_future",
        "missing",
        "account_lost_digits",
        "amount_malformed",
    ]
