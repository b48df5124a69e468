"""Closing a year: one asks, another approves, and then nothing dated in it is booked."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.funds import (
    close_year,
    contract_body,
    created,
    make_allocation,
    make_payment,
    make_source,
    move,
    payment_body,
    project_body,
    started_project,
)
from tests.funds_api.recount import assert_balances_are_the_entries

ANY = {"If-Match": "*"}


async def test_two_people_close_a_year(finance: httpx.AsyncClient, checker: httpx.AsyncClient) -> None:
    await make_source(finance, "1.00", year=2011)
    asked = await created(finance, "/v1/years/2011/closing", {"document_no": "绥财〔2011〕9号"})
    assert (asked["state"], asked["requested_by"], asked["document_no"]) == (
        "closing",
        "finance-231226-231226",
        "绥财〔2011〕9号",
    )
    twice = await checker.post("/v1/years/2011/closing", json={})
    assert (twice.status_code, twice.json()["code"]) == (409, "closing_requested")
    await make_source(finance, "1.00", year=2011)
    path = "/v1/years/2011/closing/approval"
    assert (await checker.post(path)).status_code == 428
    assert (await checker.post(path, headers={"If-Match": '"1"'})).status_code == 412
    own = await finance.post(path, headers=ANY)
    assert (own.status_code, own.json()["code"]) == (409, "same_person")
    closed = await checker.post(path, headers={"If-Match": f'"{asked["version"]}"'})
    assert (closed.status_code, closed.json()["state"], closed.json()["closed_by"]) == (
        200,
        "closed",
        "finance-checker",
    )
    again = await finance.post("/v1/years/2011/closing", json={})
    assert (again.status_code, again.json()["code"], again.json()["years"]) == (409, "year_closed", [2011])
    assert (await finance.get("/v1/years/2011")).json() == closed.json()
    listed = (await finance.get("/v1/years")).json()["items"]
    assert closed.json() in listed


async def test_a_closing_refused_leaves_the_year_open(
    finance: httpx.AsyncClient, checker: httpx.AsyncClient
) -> None:
    await created(finance, "/v1/years/2012/closing", {})
    refused = await checker.post("/v1/years/2012/closing/refusal", headers=ANY)
    assert (refused.status_code, refused.json()["state"], refused.json()["requested_by"]) == (
        200,
        "open",
        None,
    )
    nothing = await checker.post("/v1/years/2012/closing/approval", headers=ANY)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "closing_not_requested")
    await make_source(finance, "1.00", year=2012)
    await close_year(finance, checker, 2012)


async def test_who_may_close(funds: RunningService, finance: httpx.AsyncClient) -> None:
    early = await finance.post("/v1/years/2027/closing", json={})
    assert (early.status_code, early.json()["code"]) == (409, "year_not_begun")
    for path in ("1999", "2101", "now"):
        assert (await finance.post(f"/v1/years/{path}/closing", json={})).status_code == 404
    assert (await finance.get("/v1/years/2099")).status_code == 404
    async with funds.client("county", "231226", "231226") as county:
        assert (await county.post("/v1/years/2013/closing", json={})).status_code == 403
        assert (await county.get("/v1/years")).status_code == 200
    async with funds.client("finance", "231226100", "231226100") as narrow:
        assert (await narrow.post("/v1/years/2013/closing", json={})).status_code == 404


@pytest.fixture(scope="module")
async def closed(finance: httpx.AsyncClient, checker: httpx.AsyncClient) -> dict[str, Any]:
    """Everything of 2016, and the year closed over it."""
    source = await make_source(finance, "1000.00", year=2016)
    allocation = await make_allocation(finance, "600.00", source_id=source["id"])
    project = await started_project(finance, (allocation["id"], "400.00"), year=2016)
    waiting = await created(finance, "/v1/projects", project_body(year=2016, budget="10.00"))
    payment = await make_payment(finance, project["id"], "10.00", paid_on="2016-05-01")
    retained = await make_payment(finance, project["id"], "10.00", paid_on="2016-05-01", retention=True)
    transfer = await make_payment(finance, project["id"], "10.00", paid_on="2016-05-01", payee_kind="unit")
    await close_year(finance, checker, 2016)
    made = (("source", source), ("allocation", allocation), ("project", project), ("waiting", waiting))
    paid = (("payment", payment), ("retained", retained), ("transfer", transfer))
    return {name: each["id"] for name, each in (*made, *paid)}


BOOKINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "a source": (
        "/v1/sources",
        {"level": "city", "year": 2016, "document_no": "1", "amount": "1.00"},
    ),
    "an allocation": (
        "/v1/allocations",
        {"source_id": "{source}", "region_code": "231226", "purpose": "other", "amount": "1.00"},
    ),
    "an adjustment": (
        "/v1/allocations/{allocation}/adjustments",
        {"amount": "-1.00", "reason": "收回", "document_no": "1"},
    ),
    "a project of the year": ("/v1/projects", project_body(year=2016, budget="1.00")),
    "a project from its money": ("/v1/projects", project_body(("{allocation}", "1.00"))),
    "more for a project": (
        "/v1/projects/{waiting}/fundings",
        {"allocation_id": "{allocation}", "amount": "1.00", "reason": "追加"},
    ),
    "a selection": ("/v1/projects/{waiting}/selection", {"year": 2016, "document_no": "1"}),
    "a payment dated in it": ("/v1/payments", payment_body("{project}", "1.00", paid_on="2016-12-31")),
    "a payment from its money": ("/v1/payments", payment_body("{project}", "1.00")),
    "a contract dated in it": ("/v1/contracts", contract_body("{project}", "1.00", signed_on="2016-12-31")),
    "a contract on its money": ("/v1/contracts", contract_body("{project}", "1.00")),
    "a reversal": ("/v1/payments/{payment}/reversal", {"reason": "误"}),
    "a release dated in it": ("/v1/payments/{retained}/release", {"paid_on": "2016-12-31"}),
    "a unit's payment dated in it": (
        "/v1/payments/{transfer}/onward",
        {"amount": "1.00", "paid_on": "2016-12-31", "payee": "甲"},
    ),
}


def filled(value: Any, ids: dict[str, Any]) -> Any:
    """``value`` with the ids that stand in braces."""
    if isinstance(value, dict):
        return {key: filled(each, ids) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, ids) for each in value]
    return value.format_map(ids) if isinstance(value, str) and value.startswith(("{", "/")) else value


@pytest.mark.parametrize("name", BOOKINGS)
async def test_nothing_more_is_booked_in_a_closed_year(
    finance: httpx.AsyncClient, database: TestDatabase, closed: dict[str, Any], name: str
) -> None:
    path, body = (filled(each, closed) for each in BOOKINGS[name])
    owner = await database.connect()
    count = "SELECT count(*) FROM funds.ledger_entry"
    before = await owner.fetchval(count)
    answer = await finance.post(path, json=body, headers=ANY)
    after = await owner.fetchval(count)
    await owner.close()
    assert (answer.status_code, answer.json()["code"]) == (409, "year_closed"), answer.text
    assert answer.json()["years"] == [2016]
    assert after == before


async def test_what_was_held_is_settled_in_the_open_year(
    finance: httpx.AsyncClient, closed: dict[str, Any], database: TestDatabase
) -> None:
    path = f"/v1/payments/{closed['retained']}/release"
    await created(finance, path, {"paid_on": "2026-11-08", "amount": "4.00"})
    onward = {"amount": "4.00", "paid_on": "2026-11-08", "payee": "甲"}
    await created(finance, f"/v1/payments/{closed['transfer']}/onward", onward)
    await assert_balances_are_the_entries(database)


async def test_a_project_ended_gives_back_to_a_closed_year(
    finance: httpx.AsyncClient, checker: httpx.AsyncClient, database: TestDatabase
) -> None:
    source = await make_source(finance, "10.00", year=2015)
    allocation = await make_allocation(finance, "10.00", source_id=source["id"])
    project = await started_project(finance, (allocation["id"], "10.00"), year=2015)
    await close_year(finance, checker, 2015)
    ended = await move(finance, project, "terminated", reason="不再实施")
    assert (ended.status_code, ended.json()["allocated"]) == (200, "0.00")
    found = (await finance.get(f"/v1/allocations/{allocation['id']}")).json()
    assert found["available"] == "10.00"
    await assert_balances_are_the_entries(database)


async def test_what_is_paid_while_a_year_is_closed_is_in_it_or_refused(
    finance: httpx.AsyncClient, checker: httpx.AsyncClient, database: TestDatabase
) -> None:
    source = await make_source(finance, "1000.00", year=2014)
    allocation = await make_allocation(finance, "1000.00", source_id=source["id"])
    project = await started_project(finance, (allocation["id"], "1000.00"), year=2014)
    await created(finance, "/v1/years/2014/closing", {})
    body = payment_body(project["id"], "1.00", paid_on="2014-12-31")
    pay = [finance.post("/v1/payments", json=body) for _ in range(40)]
    close = checker.post("/v1/years/2014/closing/approval", headers=ANY)
    answers = await asyncio.gather(*pay[:20], close, *pay[20:])
    told = Counter((answer.status_code, answer.json().get("code", "")) for answer in answers)
    assert told[200, ""] == 1
    assert set(told) <= {(200, ""), (201, ""), (409, "year_closed")}
    closed_at = (await finance.get("/v1/years/2014")).json()["closed_at"]
    owner = await database.connect()
    # Whoever began before the closing may end after it was asked for, but not after it was done.
    late = await owner.fetchval("SELECT count(*) FROM funds.payment WHERE project_id = $1", project["id"])
    await owner.close()
    assert late == told[201, ""]
    assert closed_at
    refused = await finance.post("/v1/payments", json=body)
    assert refused.json()["code"] == "year_closed"
    await assert_balances_are_the_entries(database)
