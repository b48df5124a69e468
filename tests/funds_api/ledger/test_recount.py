"""The recount finds every balance that is not what its entries come to, and tells when it is again."""

from typing import Any

import httpx
import pytest

from services.funds_api.ledger.tasks import recount_ledgers
from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.funds import created, make_contract, make_payment, project_with


@pytest.fixture(scope="module")
async def books(finance: httpx.AsyncClient) -> dict[str, Any]:
    """A bit of everything."""
    project = await project_with(finance, "100.00")
    contract = await make_contract(finance, project["id"], "50.00")
    payment = await make_payment(finance, project["id"], "20.00", contract_id=contract["id"])
    retained = await make_payment(finance, project["id"], "10.00", retention=True)
    (part,) = project["allocations"]
    return {
        "project": project["id"],
        "allocation": part["allocation_id"],
        "contract": contract["id"],
        "payment": payment["id"],
        "retained": retained["id"],
    }


async def findings(client: httpx.AsyncClient, *, is_open: bool) -> list[dict[str, Any]]:
    answer = await client.get("/v1/ledger-findings", params={"open": is_open, "limit": 500})
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_right_books_have_no_findings(finance: httpx.AsyncClient, books: dict[str, Any]) -> None:
    assert (await created(finance, "/v1/ledger-recounts", {}))["differences"] == 0
    assert await findings(finance, is_open=True) == []


BREAKS = [
    ("UPDATE funds.source_balance SET allocated = allocated - 1", "account"),
    ("UPDATE funds.source_balance SET allocated = allocated - 1, carried = carried + 1", "total"),
    ("UPDATE funds.allocation_balance SET budgeted = budgeted - 1 WHERE allocation_id = '{allocation}'", "account"),
    ("UPDATE funds.allocation_balance SET paid = paid + 1 WHERE allocation_id = '{allocation}'", "use"),
    ("UPDATE funds.allocation_balance SET paid = paid + 1, retained = retained - 1"
     " WHERE allocation_id = '{allocation}'", "use"),
    ("UPDATE funds.project_funding SET amount = amount + 1 WHERE project_id = '{project}'", "total"),
    ("UPDATE funds.project_funding SET committed = committed - 1 WHERE project_id = '{project}'", "committed"),
    ("UPDATE funds.project_funding SET paid = paid + 1, retained = retained - 1"
     " WHERE project_id = '{project}'", "account"),
    ("UPDATE funds.contract_funding SET used = used - 1 WHERE contract_id = '{contract}'", "account"),
    ("UPDATE funds.outstanding_payment SET settled = 1 WHERE payment_id = '{retained}'", "payment"),
    ("UPDATE funds.spending_day SET amount = amount - 1 WHERE allocation_id = '{allocation}'", "day"),
    ("UPDATE funds.spending_day SET paid_on = paid_on - 1 WHERE allocation_id = '{allocation}'", "day"),
    ("UPDATE funds.payment_share SET amount = amount - 1 WHERE payment_id = '{payment}'", "payment"),
    ("UPDATE funds.ledger_entry SET amount = amount - 1 WHERE document_id = '{payment}'", "payment"),
    ("DELETE FROM funds.ledger_entry WHERE document_id = '{contract}'", "account"),
]  # fmt: skip


@pytest.mark.parametrize(("broken", "kind"), BREAKS)
async def test_a_broken_balance_is_found_and_told_by_its_id(
    finance: httpx.AsyncClient, books: dict[str, Any], database: TestDatabase, broken: str, kind: str
) -> None:
    owner = await database.connect()
    table = broken.removeprefix("DELETE FROM ").removeprefix("UPDATE ").split()[0]
    kept = f"kept_{table.partition('.')[2]}"
    try:
        await owner.execute(f"CREATE TEMPORARY TABLE {kept} AS SELECT * FROM {table}")
        await owner.execute(broken.format_map(books))
        told = await created(finance, "/v1/ledger-recounts", {})
        found = await findings(finance, is_open=True)
        assert told["differences"] == len(found) > 0
        assert kind in {each["kind"] for each in found}
        assert all(each["kept"] != each["counted"] for each in found)
        ids = tuple(books.values())
        if "source" not in broken:
            assert any(id_ in each["subject"] for each in found for id_ in ids)
        again = await created(finance, "/v1/ledger-recounts", {})
        assert again["differences"] == len(await findings(finance, is_open=True)) == len(found)
    finally:
        await owner.execute(f"DELETE FROM {table}; INSERT INTO {table} SELECT * FROM {kept}")
        await owner.close()
    assert (await created(finance, "/v1/ledger-recounts", {}))["differences"] == 0
    assert await findings(finance, is_open=True) == []
    resolved = {each["id"]: each["resolved_at"] for each in await findings(finance, is_open=False)}
    assert all(resolved[each["id"]] for each in found)


async def test_every_night_the_worker_counts_again(
    funds: RunningService, finance: httpx.AsyncClient, books: dict[str, Any], database: TestDatabase
) -> None:
    owner = await database.connect()
    change = "UPDATE funds.allocation_balance SET paid = paid + $2 WHERE allocation_id = $1"
    try:
        await owner.execute(change, books["allocation"], 1)
        await recount_ledgers(funds.context, {})
        (found,) = await findings(finance, is_open=True)
        assert (found["subject"], found["kept"], found["counted"]) == (
            f"paid:{books['allocation']}",
            "21.00",
            "20.00",
        )
    finally:
        await owner.execute(change, books["allocation"], -1)
        await owner.close()
    await recount_ledgers(funds.context, {})
    assert await findings(finance, is_open=True) == []


async def test_findings_are_for_those_who_reach_the_county(
    funds: RunningService, finance: httpx.AsyncClient, township: httpx.AsyncClient, books: dict[str, Any]
) -> None:
    async with funds.client("supervisor", "2312", "2312") as supervisor:
        seen = (await supervisor.get("/v1/ledger-findings")).json()["items"]
    assert seen == (await finance.get("/v1/ledger-findings")).json()["items"] != []
    assert (await township.get("/v1/ledger-findings")).json()["items"] == []
    assert (await township.post("/v1/ledger-recounts", json={})).status_code == 403
    async with funds.client("finance", "231226100", "231226100") as narrow:
        assert (await narrow.post("/v1/ledger-recounts", json={})).status_code == 404


async def test_entries_are_read_by_their_document(
    finance: httpx.AsyncClient, township: httpx.AsyncClient, books: dict[str, Any]
) -> None:
    query = {"document_id": books["payment"]}
    (entry,) = (await finance.get("/v1/ledger-entries", params=query)).json()["items"]
    assert (entry["document_kind"], entry["amount"], entry["dated_on"]) == ("payment", "20.00", "2026-11-08")
    assert entry["credit_account"] == f"contract:{books['contract']}:{books['allocation']}"
    assert entry["debit_account"] == f"paid:{books['allocation']}:{books['project']}"
    assert (await township.get("/v1/ledger-entries", params=query)).json()["items"] == [entry]
    elsewhere = {"region": "231226101", **query}
    assert (await finance.get("/v1/ledger-entries", params=elsewhere)).json()["items"] == []
