"""Cards: what is proposed, and what people make of it."""

from typing import Any

import httpx
import pytest
import pytest_asyncio

from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.funds import (
    created,
    make_allocation,
    make_payment,
    make_source,
    project_body,
    started_project,
)

TOWNSHIP = "231226100"


@pytest_asyncio.fixture(scope="module")
async def checker(funds: RunningService) -> httpx.AsyncClient:
    return funds.client("finance", "231226", "231226", name="checker")


async def proposals(client: httpx.AsyncClient, year: int, as_of: str) -> dict[str, dict[str, Any]]:
    answer = await client.get("/v1/cards/proposals", params={"year": year, "as_of": as_of})
    assert answer.status_code == 200, answer.text
    return {each["region_code"]: each for each in answer.json()["items"]}


async def act(client: httpx.AsyncClient, card: dict[str, Any], what: str, **body: str) -> httpx.Response:
    return await client.post(
        f"/v1/cards/{card['id']}/{what}", json=body, headers={"If-Match": f'"{card["version"]}"'}
    )


async def test_every_reason_is_told_and_the_gravest_counts(finance: httpx.AsyncClient) -> None:
    source = await make_source(finance, "1000.00", year=2021)
    allocation = await make_allocation(finance, "100.00", source_id=source["id"])
    project = await started_project(finance, (allocation["id"], "60.00"), year=2021)
    await make_payment(finance, project["id"], "35.00", paid_on="2021-06-30")
    for _ in range(3):
        await created(finance, "/v1/projects", project_body(year=2021, region_code=TOWNSHIP))
    found = await proposals(finance, 2021, "2021-06-30")
    assert [(each["code"], each["proposes"]) for each in found[TOWNSHIP]["reasons"]] == [
        ("behind_milestone", "yellow")
    ]
    found = await proposals(finance, 2021, "2021-10-01")
    assert found[TOWNSHIP]["proposed"] == "red"
    assert [(each["code"], each["proposes"]) for each in found[TOWNSHIP]["reasons"]] == [
        ("behind_milestone", "red"),
        ("not_started", "red"),
    ]
    assert "3 个" in found[TOWNSHIP]["reasons"][1]["message"]
    village = found["231226100201"]
    assert [(each["code"], each["proposes"]) for each in village["reasons"]] == [("not_completed", "yellow")]
    await make_payment(finance, project["id"], "25.00", paid_on="2021-04-30")
    assert "behind_milestone" not in str(await proposals(finance, 2021, "2021-04-30"))


async def test_issued_appealed_and_lifted_by_people(
    finance: httpx.AsyncClient, checker: httpx.AsyncClient, database: TestDatabase
) -> None:
    source = await make_source(finance, "100.00", year=2022)
    await make_allocation(finance, "100.00", source_id=source["id"])
    body = {"region_code": TOWNSHIP, "year": 2022, "kind": "red"}
    card = await created(finance, "/v1/cards", body)
    assert (card["state"], card["issued_by"], card["allowed"]) == (
        "issued",
        "finance-231226-231226",
        ["appealed", "lifted"],
    )
    assert [reason["code"] for reason in card["reasons"]] == ["behind_milestone"]
    again = await finance.post("/v1/cards", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "card_stands")
    (unit,) = (await finance.get("/v1/progress", params={"year": 2022, "by": "unit"})).json()["items"]
    assert (unit["card"], unit["proposed"]) == ("red", "red")
    (row,) = (await finance.get("/v1/progress", params={"year": 2022})).json()["items"]
    assert row["card"] == "none", "the card is of the unit, not of this source"
    appealed = (await act(finance, card, "appeal", reason="项目因洪灾停工")).json()
    own = await act(finance, appealed, "decision", to="lifted", reason="属实")
    assert (own.status_code, own.json()["code"]) == (409, "same_person")
    stale = await act(checker, card, "decision", to="lifted", reason="属实")
    assert stale.status_code == 412
    lifted = (await act(checker, appealed, "decision", to="lifted", reason="属实")).json()
    assert (lifted["state"], lifted["decided_by"], lifted["allowed"]) == ("lifted", "checker", [])
    over = await act(checker, lifted, "decision", to="upheld", reason="属实")
    assert (over.status_code, over.json()["allowed"]) == (409, [])
    assert (await finance.post("/v1/cards", json=body)).status_code == 201
    owner = await database.connect()
    told = await owner.fetch("SELECT data FROM funds.outbox_event WHERE type = 'bihuan.card.issued'")
    await owner.close()
    assert len([each for each in told if card["id"] in each["data"]]) == 1


async def test_a_card_of_one_source_and_one_without_a_rule(finance: httpx.AsyncClient) -> None:
    source = await make_source(finance, "200.00", year=2023)
    await make_allocation(finance, "100.00", source_id=source["id"])
    done = await make_allocation(finance, "100.00", source_id=source["id"], region_code="231226101")
    project = await started_project(finance, (done["id"], "100.00"), year=2023, region_code="231226101")
    await make_payment(finance, project["id"], "100.00", paid_on="2023-03-01")
    card = await created(
        finance,
        "/v1/cards",
        {"region_code": TOWNSHIP, "year": 2023, "kind": "yellow", "source_id": source["id"]},
    )
    assert [reason["proposes"] for reason in card["reasons"]] == ["red"]
    rows = (await finance.get("/v1/progress", params={"year": 2023})).json()["items"]
    assert {row["region_code"]: row["card"] for row in rows} == {TOWNSHIP: "yellow", "231226101": "none"}
    body = {"region_code": "231226101", "year": 2023, "kind": "yellow", "source_id": source["id"]}
    refused = await finance.post("/v1/cards", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "card_reason_needed")
    assert (await created(finance, "/v1/cards", {**body, "note": "报表弄虚作假"}))["note"] == "报表弄虚作假"


@pytest.mark.parametrize(("role", "status"), [("township", 403), ("supervisor", 403), ("county", 403)])
async def test_who_issues(funds: RunningService, role: str, status: int) -> None:
    async with funds.client(role, "x", "231226") as client:
        body = {"region_code": TOWNSHIP, "year": 2026, "kind": "red"}
        assert (await client.post("/v1/cards", json=body)).status_code == status
        assert (await client.get("/v1/cards")).status_code == 200
