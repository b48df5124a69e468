"""Nothing is overspent however many come at once: 64 callers, each with a commit of its own."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence
from typing import Any

import httpx

from shared.testing.databases import TestDatabase
from tests.factories.funds import (
    make_allocation,
    make_payment,
    make_source,
    payment_body,
    project_body,
    project_with,
    started_project,
)
from tests.funds_api.recount import assert_balances_are_the_entries

CALLERS = 64


async def together(calls: Sequence[Awaitable[httpx.Response]]) -> Counter[tuple[int, str]]:
    """Status and refusal code of each, counted."""
    answers = await asyncio.gather(*calls)
    return Counter((answer.status_code, answer.json().get("code", "")) for answer in answers)


async def test_64_payments_at_once_stop_exactly_at_the_allocation(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    project = await project_with(finance, "1000.00")
    told = await together(
        [finance.post("/v1/payments", json=payment_body(project["id"], "33.00")) for _ in range(CALLERS)]
    )
    assert told == {(201, ""): 30, (409, "insufficient_allocation"): 34}
    found = (await finance.get(f"/v1/projects/{project['id']}")).json()
    assert (found["paid"], found["available"]) == ("990.00", "10.00")
    items = (await finance.get("/v1/payments", params={"project_id": project["id"]})).json()["items"]
    assert len(items) == 30
    await assert_balances_are_the_entries(database)


async def test_64_payments_of_two_projects_with_the_same_allocations_in_other_orders(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    first, second = [await make_allocation(finance, "1000.00") for _ in range(2)]
    parts = [(first["id"], "300.00"), (second["id"], "300.00")]
    projects = [await started_project(finance, *parts), await started_project(finance, *reversed(parts))]
    told = await together(
        [
            finance.post("/v1/payments", json=payment_body(projects[turn % 2]["id"], "20.00"))
            for turn in range(CALLERS)
        ]
    )
    assert told == {(201, ""): 60, (409, "insufficient_allocation"): 4}
    for each in (first, second):
        assert (await finance.get(f"/v1/allocations/{each['id']}")).json()["paid"] == "600.00"
    await assert_balances_are_the_entries(database)


async def test_64_allocations_at_once_stop_at_the_source(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    source = await make_source(finance, "100.00")
    body: dict[str, Any] = {"source_id": source["id"], "region_code": "231226", "purpose": "other"}
    told = await together(
        [finance.post("/v1/allocations", json=body | {"amount": "9.00"}) for _ in range(CALLERS)]
    )
    assert told == {(201, ""): 11, (409, "insufficient_allocation"): 53}
    assert (await finance.get(f"/v1/sources/{source['id']}")).json()["available"] == "1.00"
    await assert_balances_are_the_entries(database)


async def test_64_projects_at_once_stop_at_their_allocations(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    first, second = [await make_allocation(finance, "100.00") for _ in range(2)]
    parts = [(first["id"], "9.00"), (second["id"], "9.00")]
    told = await together(
        [
            finance.post("/v1/projects", json=project_body(*(parts if turn % 2 else reversed(parts))))
            for turn in range(CALLERS)
        ]
    )
    assert told == {(201, ""): 11, (409, "insufficient_allocation"): 53}
    for each in (first, second):
        assert (await finance.get(f"/v1/allocations/{each['id']}")).json()["available"] == "1.00"
    await assert_balances_are_the_entries(database)


async def test_withdrawals_and_projects_at_once_leave_every_promise_covered(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    allocation = await make_allocation(finance, "100.00")
    withdrawal = {"amount": "-9.00", "reason": "收回", "document_no": "1"}
    told = await together(
        [
            finance.post(f"/v1/allocations/{allocation['id']}/adjustments", json=withdrawal)
            if turn % 2
            else finance.post("/v1/projects", json=project_body((allocation["id"], "9.00")))
            for turn in range(CALLERS)
        ]
    )
    assert told == {(201, ""): 11, (409, "insufficient_allocation"): 53}
    assert (await finance.get(f"/v1/allocations/{allocation['id']}")).json()["available"] == "1.00"
    await assert_balances_are_the_entries(database)


async def test_of_64_reversals_of_one_payment_one_counts(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    project = await project_with(finance, "100.00")
    payment = await make_payment(finance, project["id"], "60.00")
    told = await together(
        [
            finance.post(f"/v1/payments/{payment['id']}/reversal", json={"reason": "重复"})
            for _ in range(CALLERS)
        ]
    )
    assert told == {(201, ""): 1, (409, "already_reversed"): 63}
    assert (await finance.get(f"/v1/projects/{project['id']}")).json()["available"] == "100.00"
    await assert_balances_are_the_entries(database)


async def test_payments_and_reversals_at_once_never_wait_for_each_other_in_a_ring(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    """Each takes from, or gives back to, the same two allocations, half of them in the other order."""
    first, second = [await make_allocation(finance, "64.00") for _ in range(2)]
    parts = [(first["id"], "1.00"), (second["id"], "1.00")]
    projects = [
        await started_project(finance, *(parts if turn % 2 else reversed(parts))) for turn in range(CALLERS)
    ]
    paid = [await make_payment(finance, project["id"], "2.00") for project in projects[: CALLERS // 2]]
    reversals = [
        finance.post(f"/v1/payments/{payment['id']}/reversal", json={"reason": "误"}) for payment in paid
    ]
    payments = [
        finance.post("/v1/payments", json=payment_body(project["id"], "2.00"))
        for project in projects[CALLERS // 2 :]
    ]
    calls = [call for pair in zip(reversals, payments, strict=True) for call in pair]
    assert await together(calls) == {(201, ""): CALLERS}
    await assert_balances_are_the_entries(database)


async def test_entries_are_only_added_to(database: TestDatabase) -> None:
    owner = await database.connect()
    held = await owner.fetch(
        "SELECT table_name, privilege_type FROM information_schema.column_privileges"
        " WHERE grantee = 'bihuan_funds' AND table_schema = 'funds' AND table_name = ANY ($1)"
        " UNION SELECT table_name, privilege_type FROM information_schema.table_privileges"
        " WHERE grantee = 'bihuan_funds' AND table_schema = 'funds' AND table_name = ANY ($1)",
        ["source", "allocation", "allocation_adjustment", "payment", "payment_share", "ledger_entry"],
    )
    await owner.close()
    assert {row["privilege_type"] for row in held} == {"SELECT", "INSERT"}
    assert len({row["table_name"] for row in held}) == 6
