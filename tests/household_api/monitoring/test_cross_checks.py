"""What other bodies have found, and what it means for approval."""

import asyncio
from typing import Any

import httpx
import pytest

from shared.testing.databases import TestDatabase
from tests.factories.registry import OTHER_VILLAGE, id_number
from tests.household_api.conftest import during_a_move
from tests.household_api.monitoring.conftest import TO_CROSS_CHECK, Open, moved, refusal, to

NUMBERS = [id_number("19750505", sequence) for sequence in range(1, 9)]


async def sent(
    client: httpx.AsyncClient, source: str, rows: list[dict[str, Any]], **query: str
) -> httpx.Response:
    return await client.post("/v1/cross-checks", params={"source": source, **query}, json={"records": rows})


def vehicle(number: str, found: str = "小型轿车 2023年登记") -> dict[str, Any]:
    return {"id_number": number, "kind": "vehicle", "found": found, "found_on": "2026-10-01"}


async def test_a_sheet_of_the_vehicle_office_is_matched_and_the_rest_not_kept(
    county: httpx.AsyncClient, township: httpx.AsyncClient, open_case: Open, database: TestDatabase
) -> None:
    case = await open_case({"id_number": NUMBERS[0]})
    sheet = (
        "身份证号,类别,比对内容,登记日期\n"
        f"{NUMBERS[0]},车辆,黑M·A1234 小型轿车,2026.10.1\n"
        f"{NUMBERS[7]},机动车,无登记之人,2026-10-01\n"
        f"{NUMBERS[0][:-1]}?,车辆,校验不对,\n"
        f"{NUMBERS[0]},飞机,不认识的类别,\n"
        f"{NUMBERS[0]},企业,未来登记,2027-01-01\n"
    )
    for status in (201, 200):
        answer = await county.post(
            "/v1/cross-checks",
            params={"source": "车管所"},
            content=sheet.encode("gb18030"),
            headers={"Content-Type": "text/csv"},
        )
        assert answer.status_code == status, answer.text
    check = answer.json()
    assert {name: check[name] for name in ("received", "matched", "unmatched", "rejected")} == {
        "received": 5, "matched": 1, "unmatched": 1, "rejected": 3,
    }  # fmt: skip
    assert [(row["line"], row["code"]) for row in check["rejects"]][1:] == [
        (5, "kind_unknown"),
        (6, "date_after_today"),
    ]
    (hit,) = (await township.get(f"/v1/cases/{case['id']}")).json()["hits"]
    assert (hit["kind"], hit["source"], hit["found_on"]) == ("vehicle", "车管所", "2026-10-01")
    assert hit["found"] == "黑M·A1234 小型轿车"
    owner = await database.connect()
    kept = await owner.fetch("SELECT found FROM household.cross_check_finding")
    await owner.close()
    assert len(kept) == 1 and "小型轿车".encode() not in kept[0]["found"]
    assert [row["id"] for row in (await county.get("/v1/cross-checks")).json()["items"]] == [check["id"]]


async def test_approval_with_unexplained_findings_needs_a_reason(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, open_case: Open
) -> None:
    case = await open_case({"id_number": NUMBERS[1]})
    await sent(
        county, "车管所", [vehicle(NUMBERS[1]), vehicle(NUMBERS[1], "摩托车")], checked_on="2026-11-07"
    )
    await moved(county, case, *TO_CROSS_CHECK[:-1])
    first, second = (await county.get(f"/v1/cases/{case['id']}")).json()["hits"]
    foreign = {"sources": ["车管所"], "explanations": [{"finding_id": case["id"], "explanation": "已卖"}]}
    assert refusal(await to(county, case, "cross_checked", cross_check=foreign))[2] == ["finding_unknown"]
    some = {"sources": ["车管所"], "explanations": [{"finding_id": first["id"], "explanation": "已卖"}]}
    checked = await moved(county, case, "cross_checked", cross_check=some)
    basis = checked["history"][-1]["basis"]
    assert [hit["id"] for hit in basis["hits"]] == [first["id"], second["id"]]
    assert (basis["explained"], basis["sources"]) == ([first["id"]], ["车管所"])
    refused = await to(checker, case, "approved")
    assert refusal(refused) == (422, "evidence_missing", ["hits_unexplained"])
    assert "1 项" in refused.json()["errors"][0]["message"]
    approved = await moved(checker, case, "approved", reason="摩托车价值低，不影响认定")
    assert approved["history"][-1]["basis"]["unexplained_hits"] == 1


async def test_who_explained_the_findings_does_not_approve(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, township: httpx.AsyncClient, open_case: Open
) -> None:
    case = await open_case({"id_number": NUMBERS[4]})
    await sent(county, "车管所", [vehicle(NUMBERS[4])])
    await moved(township, case, *TO_CROSS_CHECK[:-1])
    (hit,) = (await county.get(f"/v1/cases/{case['id']}")).json()["hits"]
    told = {"sources": ["车管所"], "explanations": [{"finding_id": hit["id"], "explanation": "已报废"}]}
    await moved(county, case, "cross_checked", cross_check=told)
    assert refusal(await to(county, case, "approved", reason="已核"))[:2] == (409, "same_person")
    assert (await to(checker, case, "approved")).status_code == 200


async def test_the_same_sheet_at_the_same_time_is_taken_once(
    county: httpx.AsyncClient, database: TestDatabase
) -> None:
    owner = await database.connect()
    async with owner.transaction():
        # What is there can be looked up, and nothing be added until all of them have looked.
        await owner.execute("LOCK TABLE household.cross_check IN SHARE MODE")
        calls = [asyncio.create_task(sent(county, "不动产中心", [vehicle(NUMBERS[7])])) for _ in range(3)]
        while await owner.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted") < len(calls):
            await asyncio.sleep(0.01)
    await owner.close()
    answers = await asyncio.gather(*calls)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_what_is_found_while_the_household_moves_goes_with_it(
    county: httpx.AsyncClient, open_case: Open, database: TestDatabase
) -> None:
    case = await open_case({"id_number": NUMBERS[5]})
    call = sent(county, "公积金中心", [vehicle(NUMBERS[5])])
    answer = await during_a_move(database, case["household_id"], OTHER_VILLAGE, call)
    assert (answer.status_code, answer.json()["matched"]) == (201, 1)
    owner = await database.connect()
    region = await owner.fetchval(
        "SELECT region_code FROM household.cross_check_finding WHERE check_id = $1", answer.json()["id"]
    )
    await owner.close()
    assert region == OTHER_VILLAGE


async def test_numbers_in_what_was_found_are_masked(
    county: httpx.AsyncClient, township: httpx.AsyncClient, open_case: Open
) -> None:
    case = await open_case({"id_number": NUMBERS[6]})
    number = id_number("19750505", 40)
    found = (
        f"与{number}共有，旧号231226750505111，分写{number[:6]} {number[6:14]} {number[14:]}，"
        "电话13800001234、+86 139-0000-5678，合同20261001001，登记2026-10-01"
    )
    await sent(county, "房管局", [vehicle(NUMBERS[6], found)])
    (hit,) = (await township.get(f"/v1/cases/{case['id']}")).json()["hits"]
    masked = number[:6] + "*" * 12
    assert hit["found"] == (
        f"与{masked}共有，旧号231226{'*' * 12}，分写{masked}，"
        "电话*******1234、**********5678，合同20261001001，登记2026-10-01"
    )


async def test_what_is_found_after_the_check_counts_at_approval(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, open_case: Open
) -> None:
    case = await open_case({"id_number": NUMBERS[2]})
    await moved(county, case, *TO_CROSS_CHECK)
    await sent(county, "市场监管局", [{"id_number": NUMBERS[2], "kind": "企业", "found": "个体工商户"}])
    assert refusal(await to(checker, case, "approved"))[2] == ["hits_unexplained"]
    assert (await to(checker, case, "approved", reason="早点摊，收入已计入")).status_code == 200


async def test_townships_do_not_send_and_see_only_their_own(
    county: httpx.AsyncClient, township: httpx.AsyncClient, other_township: httpx.AsyncClient, open_case: Open
) -> None:
    assert (await sent(township, "车管所", [])).status_code == 403
    case = await open_case({"id_number": NUMBERS[3], "region_code": OTHER_VILLAGE})
    assert (await sent(county, "房管局", [{**vehicle(NUMBERS[3]), "kind": "房产"}])).status_code == 201
    assert len((await other_township.get(f"/v1/cases/{case['id']}")).json()["hits"]) == 1
    assert (await township.get(f"/v1/cases/{case['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("query", "body", "kind", "status"),
    [
        ({"source": "车管所"}, b"{", "application/json", 400),
        ({"source": "车管所"}, "姓名\n张三\n".encode(), "text/csv", 422),
        ({"source": "车管所"}, b"x", "text/plain", 415),
        ({}, b'{"records":[]}', "application/json", 422),
        ({"source": "车管所", "checked_on": "2026-11-09"}, b'{"records":[]}', "application/json", 422),
    ],
)
async def test_what_is_no_cross_check(
    county: httpx.AsyncClient, query: dict[str, str], body: bytes, kind: str, status: int
) -> None:
    answer = await county.post("/v1/cross-checks", params=query, content=body, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
