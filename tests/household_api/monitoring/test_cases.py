"""Cases by hand: from clue to elimination and back."""

from typing import Any

import httpx
import orjson
import pytest

from shared.testing.databases import TestDatabase
from tests.factories.registry import OTHER_VILLAGE, person
from tests.household_api.conftest import Load, household_of

TO_CROSS_CHECK = ("visited", "appraised", "noticed", "submitted", "cross_checked")


async def new_household(load: Load, county: httpx.AsyncClient, number: str, **more: Any) -> str:
    await load([person(number, f"户主{number}", **more)])
    household_id: str = (await household_of(county, number))["id"]
    return household_id


async def opened(client: httpx.AsyncClient, household_id: str, **more: Any) -> dict[str, Any]:
    answer = await client.post("/v1/cases", json={"household_id": household_id, **more})
    assert answer.status_code == 201, answer.text
    case: dict[str, Any] = answer.json()
    return case


async def to(client: httpx.AsyncClient, case: dict[str, Any], state: str, **more: Any) -> httpx.Response:
    return await client.post(
        f"/v1/cases/{case['id']}/transitions", json={"to": state, **more}, headers={"If-Match": "*"}
    )


async def events(database: TestDatabase, subject: str) -> list[tuple[str, int, dict[str, Any]]]:
    owner = await database.connect()
    rows = await owner.fetch(
        "SELECT type, sequence, data FROM household.outbox_event WHERE subject = $1 ORDER BY sequence",
        subject,
    )
    await owner.close()
    return [(row["type"], row["sequence"], orjson.loads(row["data"])) for row in rows]


async def test_a_case_from_clue_to_elimination_and_relapse(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    township: httpx.AsyncClient,
    load: Load,
    database: TestDatabase,
) -> None:
    household_id = await new_household(load, county, "C1")
    case = await opened(
        township,
        household_id,
        risk_types=["illness"],
        per_capita_income="6900.00",
        guarantees={"housing": False},
        note="户主患病",
    )
    assert (case["state"], case["due_on"], case["overdue"]) == ("clue", "2026-11-23", False)
    assert (case["per_capita_income"], case["guarantees"]["housing"], case["note"]) == (
        "6900.00",
        False,
        "户主患病",
    )
    assert case["allowed"] == ["visited", "rejected"]
    for state in TO_CROSS_CHECK[:-1]:
        assert (await to(township, case, state)).status_code == 200
    assert (await to(township, case, "cross_checked")).status_code == 403
    assert (await to(county, case, "cross_checked")).status_code == 200
    approved = await to(checker, case, "approved", monitoring_type="sudden_hardship", reason="符合条件")
    assert approved.status_code == 200
    household = (await county.get(f"/v1/households/{household_id}")).json()
    assert household["monitoring"] == {
        "monitored": True,
        "monitoring_type": "sudden_hardship",
        "risk_eliminated": False,
        "cases": [
            {
                "id": case["id"],
                "state": "approved",
                "opened_at": case["opened_at"],
                "monitoring_type": "sudden_hardship",
            }
        ],
    }
    await to(county, case, "assisted")
    eliminated = (await to(county, case, "eliminated", reason="收入稳定")).json()
    assert [step["state"] for step in eliminated["history"]] == [
        "clue",
        *TO_CROSS_CHECK,
        "approved",
        "assisted",
        "eliminated",
    ]
    assert eliminated["history"][-1]["reason"] == "收入稳定"
    assert (await county.get(f"/v1/households/{household_id}")).json()["monitoring"]["monitored"] is False
    assert [(kind, sequence) for kind, sequence, _ in await events(database, f"case/{case['id']}")] == [
        ("bihuan.case.opened", 1),
        ("bihuan.case.approved", 7),
        ("bihuan.case.eliminated", 9),
    ]
    relapsed = await to(county, case, "relapsed")
    assert relapsed.json()["state"] == "relapsed"
    assert (await county.get(f"/v1/households/{household_id}")).json()["monitoring"]["monitored"] is True


async def test_what_a_case_decided_is_not_overwritten_by_an_import(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load
) -> None:
    household_id = await new_household(load, county, "C2")
    case = await opened(county, household_id)
    for state in TO_CROSS_CHECK:
        await to(county, case, state)
    await to(checker, case, "approved", monitoring_type="marginal")
    await load([person("C2", "户主C2", monitoring_type="", risk_eliminated="", labour="weak")])
    household = (await county.get(f"/v1/households/{household_id}")).json()
    assert household["monitoring_type"] == "marginal"
    assert household["members"][0]["labour"] == "weak"


async def test_who_submitted_does_not_approve(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load
) -> None:
    case = await opened(county, await new_household(load, county, "C3"))
    for state in TO_CROSS_CHECK:
        await to(county, case, state)
    refused = await to(county, case, "approved")
    assert (refused.status_code, refused.json()["code"]) == (409, "same_person")
    assert (await to(checker, case, "approved")).status_code == 200


async def test_illegal_steps_name_what_is_allowed(county: httpx.AsyncClient, load: Load) -> None:
    case = await opened(county, await new_household(load, county, "C4"))
    path = f"/v1/cases/{case['id']}/transitions"
    assert (await county.post(path, json={"to": "visited"})).status_code == 428
    stale = await county.post(path, json={"to": "visited"}, headers={"If-Match": '"2"'})
    assert stale.status_code == 412
    illegal = await to(county, case, "approved")
    assert (illegal.status_code, illegal.json()["code"]) == (409, "illegal_transition")
    assert illegal.json()["allowed"] == ["visited", "rejected"]
    assert (await to(county, case, "nowhere")).status_code == 422
    assert (await to(county, case, "visited", monitoring_type="rich")).status_code == 422
    assert (await county.get(f"/v1/cases/{case['id']}")).headers["etag"] == '"1"'


async def test_one_open_case_a_household(county: httpx.AsyncClient, load: Load) -> None:
    household_id = await new_household(load, county, "C5")
    case = await opened(county, household_id)
    second = await county.post("/v1/cases", json={"household_id": household_id})
    assert (second.status_code, second.json()["code"]) == (409, "already_monitored")
    assert second.json()["case_id"] == case["id"]
    await to(county, case, "rejected", reason="不符合条件")
    await opened(county, household_id)
    monitored = await new_household(load, county, "C6", monitoring_type="marginal")
    without_case = await county.post("/v1/cases", json={"household_id": monitored})
    assert without_case.status_code == 409 and "case_id" not in without_case.json()


async def test_cases_of_other_townships_do_not_exist(
    county: httpx.AsyncClient, township: httpx.AsyncClient, load: Load
) -> None:
    household_id = await new_household(load, county, "C7", region_code=OTHER_VILLAGE)
    assert (await township.post("/v1/cases", json={"household_id": household_id})).status_code == 404
    case = await opened(county, household_id)
    assert (await township.get(f"/v1/cases/{case['id']}")).status_code == 404
    assert (await to(township, case, "visited")).status_code == 404
    listed = await township.get("/v1/cases", params={"household_id": household_id})
    assert listed.json() == {"items": [], "next_cursor": None}
    query = {"region": "231226101", "state": "clue"}
    assert case["id"] in {row["id"] for row in (await county.get("/v1/cases", params=query)).json()["items"]}


@pytest.mark.parametrize("body", [{}, {"household_id": "x"}, {"risk_types": ["rich"]}])
async def test_malformed_cases(county: httpx.AsyncClient, load: Load, body: dict[str, Any]) -> None:
    household_id = await new_household(load, county, "C8")
    if "risk_types" in body:
        body = {**body, "household_id": household_id}
    assert (await county.post("/v1/cases", json=body)).status_code == 422
