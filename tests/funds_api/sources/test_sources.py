"""Sources and allocations: what is given out, adjusted, refused, and seen by whom."""

from typing import Any

import httpx
import pytest

from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.funds import created, make_allocation, make_source, project_body

NOBODY = "0199c000-0000-7000-8000-000000000000"


async def test_a_source_shows_what_is_left_of_it(finance: httpx.AsyncClient) -> None:
    source = await make_source(finance, "1000.00", purpose="industry")
    assert source["amount"] == "1000.00"
    assert source["available"] == "1000.00"
    allocation = await make_allocation(finance, "300.10", source_id=source["id"])
    answer = await finance.get(f"/v1/sources/{source['id']}")
    assert (answer.json()["allocated"], answer.json()["available"]) == ("300.10", "699.90")
    assert answer.headers["etag"] == f'"{answer.json()["version"]}"' == '"2"'
    assert allocation["level"] == "central"
    assert allocation["document_no"] == source["document_no"]
    listed = (await finance.get("/v1/allocations", params={"source_id": source["id"]})).json()
    assert [item["id"] for item in listed["items"]] == [allocation["id"]]


async def test_more_than_the_source_has_is_refused_with_what_is_available(finance: httpx.AsyncClient) -> None:
    source = await make_source(finance, "1000.00")
    await make_allocation(finance, "999.99", source_id=source["id"])
    body = {"source_id": source["id"], "region_code": "231226101", "amount": "0.02", "purpose": "other"}
    refused = await finance.post("/v1/allocations", json=body)
    assert refused.status_code == 409
    assert refused.json()["code"] == "insufficient_allocation"
    assert refused.json()["available"] == "0.01"
    assert (await finance.get(f"/v1/sources/{source['id']}")).json()["version"] == 2
    await created(finance, "/v1/allocations", body | {"amount": "0.01"})


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("10.001", "amount_too_precise"),
        ("-1.00", "amount_not_positive"),
        ("0.00", "amount_not_positive"),
        (1.5, "amount_not_text"),
        (True, "amount_not_text"),
        ("NaN", "amount_malformed"),
        ("Infinity", "amount_malformed"),
        ("1e3", "amount_malformed"),
        ("1,000.00", "amount_malformed"),
        ("", "amount_malformed"),
        ("10000000000000000.00", "amount_too_large"),
        ("9" * 60, "amount_too_large"),
        (None, "not_an_amount"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/sources", "/v1/allocations", "/v1/projects", "/v1/payments"])
async def test_an_amount_that_is_none_is_refused_by_its_rule(
    finance: httpx.AsyncClient, path: str, amount: Any, code: str
) -> None:
    bodies: dict[str, dict[str, Any]] = {
        "/v1/sources": {"level": "city", "year": 2026, "document_no": "1", "amount": amount},
        "/v1/allocations": {
            "source_id": NOBODY,
            "region_code": "231226",
            "purpose": "other",
            "amount": amount,
        },
        "/v1/projects": project_body((NOBODY, amount)),
        "/v1/payments": {"project_id": NOBODY, "paid_on": "2026-11-08", "payee": "甲", "amount": amount},
    }
    answer = await finance.post(path, json=bodies[path])
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["code"] == code
    assert error["pointer"].endswith("/amount")


async def test_a_body_with_a_bare_nan_is_refused(finance: httpx.AsyncClient) -> None:
    answer = await finance.post(
        "/v1/sources",
        content=b'{"level":"city","year":2026,"document_no":"1","amount":NaN}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 422


async def test_an_adjustment_is_an_entry_and_moves_the_balance(finance: httpx.AsyncClient) -> None:
    source = await make_source(finance, "1000.00")
    allocation = await make_allocation(finance, "400.00", source_id=source["id"])
    path = f"/v1/allocations/{allocation['id']}"
    body = {"reason": "中期调整", "document_no": "绥财农〔2026〕9号"}
    more = await created(finance, f"{path}/adjustments", body | {"amount": "100.00"})
    less = await created(finance, f"{path}/adjustments", body | {"amount": "-250.00"})
    found = (await finance.get(path)).json()
    assert (found["amount"], found["adjusted"], found["available"]) == ("250.00", "-150.00", "250.00")
    assert [entry["id"] for entry in found["adjustments"]] == [more["id"], less["id"]]
    assert (await finance.get(f"/v1/sources/{source['id']}")).json()["available"] == "750.00"


@pytest.mark.parametrize(("amount", "available"), [("-150.01", "150.00"), ("600.01", "600.00")])
async def test_an_adjustment_stops_at_the_source_and_at_what_projects_were_promised(
    finance: httpx.AsyncClient, amount: str, available: str
) -> None:
    allocation = await make_allocation(finance, "400.00", source_amount="1000.00")
    await created(finance, "/v1/projects", project_body((allocation["id"], "250.00")))
    path = f"/v1/allocations/{allocation['id']}"
    refused = await finance.post(
        f"{path}/adjustments", json={"amount": amount, "reason": "收回", "document_no": "1"}
    )
    assert refused.status_code == 409
    assert (refused.json()["code"], refused.json()["available"]) == ("insufficient_allocation", available)
    found = (await finance.get(path)).json()
    assert (found["amount"], found["adjustments"]) == ("400.00", [])


async def test_an_adjustment_of_nothing_is_refused(finance: httpx.AsyncClient) -> None:
    allocation = await make_allocation(finance, "400.00")
    body = {"amount": "0.00", "reason": "无", "document_no": "1"}
    answer = await finance.post(f"/v1/allocations/{allocation['id']}/adjustments", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "amount_zero")


async def test_a_township_sees_its_own_allocations_and_no_others(
    finance: httpx.AsyncClient, township: httpx.AsyncClient
) -> None:
    source = await make_source(finance, "1000.00", year=2031)
    own = await make_allocation(finance, "10.00", source_id=source["id"], region_code="231226100000")
    village = await make_allocation(finance, "10.00", source_id=source["id"], region_code="231226100202")
    other = await make_allocation(finance, "10.00", source_id=source["id"], region_code="231226101")
    county = await make_allocation(finance, "10.00", source_id=source["id"], region_code="231226")
    seen = (await township.get("/v1/allocations", params={"year": 2031})).json()["items"]
    assert [item["id"] for item in seen] == [own["id"], village["id"]]
    for hidden in (other, county):
        assert (await township.get(f"/v1/allocations/{hidden['id']}")).status_code == 404
    assert (await township.get(f"/v1/sources/{source['id']}")).status_code == 404
    by_region = (await finance.get("/v1/allocations", params={"year": 2031, "region": "231226100"})).json()
    assert [item["id"] for item in by_region["items"]] == [own["id"], village["id"]]


async def test_who_may_write_and_read(funds: RunningService) -> None:
    body = {"level": "city", "year": 2026, "document_no": "1", "amount": "1.00"}
    for role, region in (("county", "231226"), ("supervisor", "2312"), ("system", "231226")):
        async with funds.client(role, "x", region) as client:
            assert (await client.post("/v1/sources", json=body)).status_code == 403
            assert (await client.get("/v1/sources")).status_code == 200
    async with funds.client("department", "YB", "231226") as department:
        assert (await department.get("/v1/sources")).status_code == 403
    async with funds.client("finance", "2312", "2312") as city:
        refused = await city.post("/v1/sources", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "county_required")
        assert (await city.post("/v1/sources?county=231226", json=body)).status_code == 201
    async with funds.client("finance", "231226100", "231226100") as narrow:
        assert (await narrow.post("/v1/sources", json=body)).status_code == 404


async def test_another_county_does_not_exist(funds: RunningService, finance: httpx.AsyncClient) -> None:
    allocation = await make_allocation(finance, "10.00")
    async with funds.client("finance", "231225", "231225") as stranger:
        assert (await stranger.get(f"/v1/allocations/{allocation['id']}")).status_code == 404
        body = {"source_id": allocation["source_id"], "region_code": "231226100", "amount": "1.00"}
        answer = await stranger.post("/v1/allocations", json=body | {"purpose": "other"})
        assert answer.status_code == 404


async def test_a_region_that_the_county_does_not_have_is_refused(finance: httpx.AsyncClient) -> None:
    source = await make_source(finance, "10.00")
    body = {"source_id": source["id"], "region_code": "231226999", "amount": "1.00", "purpose": "other"}
    answer = await finance.post("/v1/allocations", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_region")


async def test_pages_follow_each_other(finance: httpx.AsyncClient) -> None:
    made = [(await make_source(finance, "1.00", year=2032))["id"] for _ in range(3)]
    first = (await finance.get("/v1/sources", params={"year": 2032, "limit": 2})).json()
    query = {"year": 2032, "limit": 2, "cursor": first["next_cursor"]}
    second = (await finance.get("/v1/sources", params=query)).json()
    assert [item["id"] for item in first["items"] + second["items"]] == made
    assert second["next_cursor"] is None
    bad = await finance.get("/v1/sources", params={"cursor": "WyJ4Il0"})
    assert (bad.status_code, bad.json()["code"]) == (422, "invalid_cursor")


async def test_the_same_key_records_one_source(finance: httpx.AsyncClient) -> None:
    body = {"level": "city", "year": 2033, "document_no": "1", "amount": "1.00"}
    answers = [
        await finance.post("/v1/sources", json=body, headers={"Idempotency-Key": "once"}) for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["idempotent-replayed"] == "true"
    assert len((await finance.get("/v1/sources", params={"year": 2033})).json()["items"]) == 1


async def test_row_level_security_hides_what_a_query_forgets(
    funds: RunningService, finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    await make_allocation(finance, "10.00", region_code="231226101")
    async with funds.context.begin("231225") as tx:
        for table in ("source", "source_balance", "allocation", "allocation_balance", "ledger_entry"):
            assert await tx.scalar(f"SELECT count(*) FROM {table}") == 0
    owner = await database.connect()
    assert await owner.fetchval("SELECT count(*) FROM funds.allocation") > 0
    await owner.close()
