"""What is left of a year goes to the next one whole, before the year is closed and after."""

import asyncio
from collections import Counter
from typing import Any

import httpx

from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.funds import (
    close_year,
    created,
    make_allocation,
    make_contract,
    make_payment,
    make_source,
    payment_body,
    project_body,
    started_project,
)
from tests.funds_api.recount import assert_balances_are_the_entries

NOTICE = {"document_no": "绥财预〔2027〕1号"}


async def read(client: httpx.AsyncClient, kind: str, id_: str, *names: str) -> tuple[Any, ...]:
    found = (await client.get(f"/v1/{kind}/{id_}")).json()
    return tuple(found[name] for name in names)


async def test_all_that_is_left_goes_with_its_projects_and_contracts(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    allocation = await make_allocation(finance, "100.00")
    project = await started_project(finance, (allocation["id"], "80.00"))
    contract = await make_contract(finance, project["id"], "50.00")
    await make_payment(finance, project["id"], "20.00", contract_id=contract["id"])
    await make_payment(finance, project["id"], "5.00")
    retained = await make_payment(finance, project["id"], "3.00", retention=True)
    carried = await created(finance, f"/v1/allocations/{allocation['id']}/carry-over", NOTICE)
    assert (carried["year"], carried["amount"], carried["budgeted"], carried["available"]) == (
        2027,
        "72.00",
        "52.00",
        "20.00",
    )
    assert (carried["carried_from"], carried["document_no"]) == (allocation["id"], NOTICE["document_no"])
    assert await read(
        finance, "allocations", allocation["id"], "amount", "carried", "budgeted", "available", "paid"
    ) == ("100.00", "72.00", "28.00", "0.00", "25.00")
    assert await read(finance, "projects", project["id"], "allocated", "available", "committed") == (
        "80.00",
        "22.00",
        "30.00",
    )
    paid = await make_payment(finance, project["id"], "30.00", contract_id=contract["id"])
    assert [share["allocation_id"] for share in paid["allocations"]] == [carried["id"]]
    await created(finance, f"/v1/payments/{retained['id']}/release", {"paid_on": "2026-11-08"})
    again = await finance.post(f"/v1/allocations/{allocation['id']}/carry-over", json=NOTICE)
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_carry")
    await assert_balances_are_the_entries(database)


async def test_a_source_carries_over_what_it_has_not_allocated(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    source = await make_source(finance, "100.00", level="city", purpose="industry", fund="relocation")
    await make_allocation(finance, "40.00", source_id=source["id"])
    carried = await created(finance, f"/v1/sources/{source['id']}/carry-over", NOTICE)
    assert {name: carried[name] for name in ("year", "amount", "level", "purpose", "fund", "carried_from")} == {
        "year": 2027,
        "amount": "60.00",
        "level": "city",
        "purpose": "industry",
        "fund": "relocation",
        "carried_from": source["id"],
    }  # fmt: skip
    assert await read(finance, "sources", source["id"], "amount", "carried", "available") == (
        "100.00",
        "60.00",
        "0.00",
    )
    body = {"source_id": source["id"], "region_code": "231226", "amount": "0.01", "purpose": "other"}
    refused = await finance.post("/v1/allocations", json=body)
    assert (refused.json()["code"], refused.json()["available"]) == ("insufficient_allocation", "0.00")
    await assert_balances_are_the_entries(database)


async def test_a_closed_year_is_carried_over_and_used_from_the_next(
    finance: httpx.AsyncClient, checker: httpx.AsyncClient, database: TestDatabase
) -> None:
    source = await make_source(finance, "100.00", year=2021)
    allocation = await make_allocation(finance, "70.00", source_id=source["id"])
    project = await started_project(finance, (allocation["id"], "40.00"), year=2021)
    await make_payment(finance, project["id"], "10.00", paid_on="2021-12-01")
    await close_year(finance, checker, 2021)
    refused = await finance.post("/v1/payments", json=payment_body(project["id"], "1.00"))
    assert (refused.status_code, refused.json()["code"], refused.json()["years"]) == (
        409,
        "year_closed",
        [2021],
    )
    told = await created(finance, "/v1/years/2021/carry-over", NOTICE)
    assert told == {"year": 2021, "sources": 1, "allocations": 1, "amount": "90.00"}
    paid = await make_payment(finance, project["id"], "30.00")
    (share,) = paid["allocations"]
    assert (await read(finance, "allocations", share["allocation_id"], "year", "carried_from")) == (
        2022,
        allocation["id"],
    )
    assert await read(finance, "allocations", allocation["id"], "paid", "available") == ("10.00", "0.00")
    again = await finance.post("/v1/years/2021/carry-over", json=NOTICE)
    assert again.json()["code"] == "nothing_to_carry"
    await assert_balances_are_the_entries(database)


async def test_nothing_is_carried_into_a_closed_year(
    finance: httpx.AsyncClient, checker: httpx.AsyncClient
) -> None:
    source = await make_source(finance, "100.00", year=2003)
    await close_year(finance, checker, 2004)
    refused = await finance.post(f"/v1/sources/{source['id']}/carry-over", json=NOTICE)
    assert (refused.status_code, refused.json()["code"], refused.json()["years"]) == (
        409,
        "year_closed",
        [2004],
    )


async def test_who_does_not_reach_the_whole_county_carries_nothing(
    funds: RunningService, finance: httpx.AsyncClient
) -> None:
    allocation = await make_allocation(finance, "100.00")
    async with funds.client("finance", "231226100", "231226100") as narrow:
        answer = await narrow.post(f"/v1/allocations/{allocation['id']}/carry-over", json=NOTICE)
    assert answer.status_code == 404


async def test_payments_and_carry_overs_at_once_lose_nothing(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    """Two allocations in the parts of two projects, in either order: nobody waits in a ring."""
    first, second = [await make_allocation(finance, "640.00") for _ in range(2)]
    parts = [(first["id"], "300.00"), (second["id"], "300.00")]
    projects = [await started_project(finance, *parts), await started_project(finance, *reversed(parts))]
    calls = [
        finance.post("/v1/payments", json=payment_body(projects[turn % 2]["id"], "10.00"))
        for turn in range(48)
    ]
    carries = [
        finance.post(f"/v1/allocations/{each['id']}/carry-over", json=NOTICE)
        for each in (first, second)
        for _ in range(2)
    ]
    order = calls[:20] + carries + calls[20:]
    told = Counter(answer.status_code for answer in await asyncio.gather(*order))
    assert told[201] == 48 + 2
    assert told[409] == 2
    left = 0
    for project in projects:
        found = (await finance.get(f"/v1/projects/{project['id']}")).json()
        assert found["allocated"] == "600.00"
        left += int(float(found["available"]))
    assert left == 1200 - 480
    await assert_balances_are_the_entries(database)


async def test_a_new_project_takes_what_was_carried_over(finance: httpx.AsyncClient) -> None:
    allocation = await make_allocation(finance, "100.00")
    carried = await created(finance, f"/v1/allocations/{allocation['id']}/carry-over", NOTICE)
    late = await finance.post("/v1/projects", json=project_body((allocation["id"], "0.01")))
    assert late.json()["code"] == "insufficient_allocation"
    await created(finance, "/v1/projects", project_body((carried["id"], "100.00"), year=2027))
