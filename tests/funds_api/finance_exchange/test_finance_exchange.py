"""What goes to the finance bureau, and what it reports, beside our own figures."""

import csv
import io
from decimal import Decimal
from typing import Any

import httpx

from shared.testing.services import RunningService
from tests.factories.funds import created, make_allocation, make_payment, make_source, started_project

YEAR = 2026
TOWNSHIPS = ("231226100", "231226101", "231226580")


async def report(client: httpx.AsyncClient, *rows: str, as_of: str = "2026-10-31") -> httpx.Response:
    return await client.post(
        "/v1/finance-reports",
        params={"year": YEAR, "as_of": as_of},
        content="\n".join(["区划代码,文号,指标金额,已支付", *rows]).encode("gb18030"),
        headers={"Content-Type": "text/csv"},
    )


async def test_what_it_reports_is_a_fact_and_differences_are_shown(
    finance: httpx.AsyncClient, township: httpx.AsyncClient
) -> None:
    source = await make_source(finance, "3000.00", document_no="财农〔2026〕5号")
    for region in TOWNSHIPS:
        allocation = await make_allocation(finance, "500.00", source_id=source["id"], region_code=region)
        project = await started_project(finance, (allocation["id"], "400.00"))
        await make_payment(finance, project["id"], "100.00", paid_on="2026-10-31")
        await make_payment(finance, project["id"], "50.00", paid_on="2026-11-01")
    number = "财农〔2026〕5号"
    answer = await report(
        finance,
        f"231226100,{number},500.00,100.00",
        f'231226101000,{number},450.00,"5,000.00"',
        "231226580,财农〔2026〕9号,,7.00",
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    found = (await finance.get(f"/v1/finance-reports/{made['id']}/discrepancies")).json()["items"]
    assert [
        (each["region_code"], each["kind"], each["theirs"], each["ours"], each["difference"])
        for each in found
    ] == [
        ("231226101", "allocated_differs", "450.00", "500.00", "-50.00"),
        ("231226101", "paid_differs", "5000.00", "100.00", "4900.00"),
        ("231226101", "paid_exceeds", "5000.00", "500.00", "4500.00"),
        ("231226580", "not_reported", None, "100.00", "-100.00"),
        ("231226580", "not_ours", "7.00", None, "7.00"),
    ]
    assert made["discrepancies"] == 5
    rows = (await finance.get("/v1/progress", params={"year": YEAR, "by": "total"})).json()["items"]
    assert rows[0]["paid"] == "450.00", "what finance reports is not booked"
    assert (await township.get(f"/v1/finance-reports/{made['id']}")).status_code == 404


async def test_what_goes_out_comes_back_without_a_difference(finance: httpx.AsyncClient) -> None:
    query = {"year": YEAR, "as_of": "2026-10-31"}
    sent = await finance.get("/v1/finance-exchange/allocations", params=query, headers={"Accept": "text/csv"})
    assert sent.status_code == 200, sent.text
    rows = list(csv.DictReader(io.StringIO(sent.content.decode("utf-8-sig"))))
    assert {row["单位"] for row in rows} >= {"绥棱镇", "上集镇"}
    answer = await finance.post(
        "/v1/finance-reports", params=query, content=sent.content, headers={"Content-Type": "text/csv"}
    )
    assert (answer.status_code, answer.json()["discrepancies"]) == (201, 0), answer.text
    paid = (await finance.get("/v1/finance-exchange/payments", params=query)).json()["items"]
    assert [each["amount"] for each in paid] == ["100.00"] * 3
    assert "payee" not in paid[0]
    listed = (await finance.get("/v1/finance-reports", params={"year": YEAR})).json()["items"]
    assert listed[0]["id"] == answer.json()["id"]


async def test_the_payments_add_up_to_what_the_allocations_say(finance: httpx.AsyncClient) -> None:
    source = await make_source(finance, "900.00", year=2031, document_no="财农〔2031〕1号")
    allocation = await make_allocation(finance, "900.00", source_id=source["id"])
    project = await started_project(finance, (allocation["id"], "900.00"), year=2031)
    held = await make_payment(finance, project["id"], "20.00", retention=True)
    await make_payment(finance, project["id"], "280.00")
    wrong = await make_payment(finance, project["id"], "5.00")
    await created(finance, f"/v1/payments/{wrong['id']}/reversal", {"reason": "误"})
    query = {"year": 2031}
    sums = []
    for _ in range(2):
        paid = (await finance.get("/v1/finance-exchange/payments", params=query)).json()["items"]
        told = (await finance.get("/v1/finance-exchange/allocations", params=query)).json()["items"]
        sums.append(
            (sum(Decimal(each["amount"]) for each in paid), sum(Decimal(each["paid"]) for each in told))
        )
        release = {"paid_on": "2026-11-08", "amount": "20.00"}
        await finance.post(f"/v1/payments/{held['id']}/release", json=release)
    assert sums == [(Decimal(280), Decimal(280)), (Decimal(300), Decimal(300))]


async def test_a_report_that_cannot_be_read(finance: httpx.AsyncClient) -> None:
    bad = await report(
        finance,
        "231226100,,500,1",
        "231227,A,1,1",
        "x,A,1,1",
        "231226100,A,1,1.005",
        "231226101,B,1,1",
        "231226101,B,1,2",
    )
    assert (bad.status_code, bad.json()["code"]) == (422, "finance_report_invalid")
    codes: list[Any] = [error["code"] for error in bad.json()["errors"]]
    assert codes[0] == "missing"
    assert codes[1] == "unknown_region"
    assert codes[3:] == ["amount_too_precise", "repeated_line"]


async def test_who_may(funds: RunningService) -> None:
    for role, status in (("county", 403), ("supervisor", 403), ("department", 403)):
        async with funds.client(role, "x", "231226") as client:
            assert (await report(client, "231226100,A,1,1")).status_code == status
