"""Guarantee ledgers: entry, action, crossing off, reopening, counts; opened from what the registry says."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.household_api.guarantees.tasks import refresh_ledgers
from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.registry import OTHER_VILLAGE, VILLAGE, person
from tests.household_api.conftest import COUNTY, Load, during_a_move, household_of

Answer = dict[str, Any]


@pytest_asyncio.fixture(scope="module")
async def staff(running: RunningService) -> AsyncIterator[httpx.AsyncClient]:
    """Another officer of the first township."""
    async with running.client("township", "231226100", "231226100", name="township-staff") as client:
        yield client


async def household(load: Load, county: httpx.AsyncClient, number: str, **more: Any) -> Answer:
    await load([person(number, f"户主{number}", **more)])
    return await household_of(county, number)


async def enter(client: httpx.AsyncClient, **body: Any) -> httpx.Response:
    return await client.post("/v1/guarantees", json=body)


async def act(client: httpx.AsyncClient, entry_id: str, **body: Any) -> httpx.Response:
    given = {"done_on": "2026-11-08", "note": "已入户核实", **body}
    return await client.post(f"/v1/guarantees/{entry_id}/actions", json=given)


async def cross_off(client: httpx.AsyncClient, entry_id: str, **body: Any) -> httpx.Response:
    given = {"evidence": "验收合格", **body}
    path = f"/v1/guarantees/{entry_id}/crossing-off"
    return await client.post(path, json=given, headers={"If-Match": "*"})


async def refresh(client: httpx.AsyncClient) -> Answer:
    answer = await client.post("/v1/guarantees/refreshes", json={})
    assert answer.status_code == 200, answer.text
    done: Answer = answer.json()
    return done


async def entries_of(client: httpx.AsyncClient, household_id: str) -> list[Answer]:
    answer = await client.get("/v1/guarantees", params={"household_id": household_id})
    items: list[Answer] = answer.json()["items"]
    return items


async def test_entered_acted_on_and_crossed_off_by_another(
    county: httpx.AsyncClient, township: httpx.AsyncClient, load: Load
) -> None:
    home = await household(load, county, "G1")
    answer = await enter(township, kind="housing", household_id=home["id"], note="屋顶漏雨，户主张某")
    assert answer.status_code == 201, answer.text
    entry = answer.json()
    assert (entry["state"], entry["org_code"], entry["due_on"], entry["name"]) == (
        "open",
        "ZJ",
        "2026-12-08",
        "户主G1",
    )
    twice = await enter(county, kind="housing", household_id=home["id"])
    assert (twice.status_code, twice.json()["code"], twice.json()["entry_id"]) == (
        409,
        "guarantee_open",
        entry["id"],
    )
    early = await cross_off(county, entry["id"])
    assert (early.status_code, early.json()["allowed"]) == (409, ["action"])
    assert (await act(township, entry["id"])).json()["state"] == "acting"
    assert (await cross_off(township, entry["id"])).status_code == 403
    done = await cross_off(county, entry["id"])
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["crossed_off_on"]) == ("crossed_off", "2026-11-08")
    assert [step["step"] for step in done.json()["history"]] == ["opened", "action", "crossing_off"]
    assert [step["note"] for step in done.json()["history"]][::2] == ["屋顶漏雨，户主张某", "验收合格"]
    again = await cross_off(county, entry["id"])
    assert (again.status_code, again.json()["code"]) == (409, "guarantee_step_not_allowed")
    path = f"/v1/guarantees/{entry['id']}/crossing-off"
    assert (await county.post(path, json={"evidence": "好"})).status_code == 428


async def test_who_acted_last_does_not_cross_off(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load
) -> None:
    home = await household(load, county, "G2")
    entry = (await enter(county, kind="water", household_id=home["id"])).json()
    await act(county, entry["id"])
    refused = await cross_off(county, entry["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "same_person")
    assert (await cross_off(checker, entry["id"])).status_code == 200


async def test_whoever_has_acted_does_not_cross_off_behind_another_s_action(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, township: httpx.AsyncClient, load: Load
) -> None:
    home = await household(load, county, "G20")
    entry = (await enter(county, kind="water", household_id=home["id"])).json()
    await act(county, entry["id"])
    await act(township, entry["id"], note="已复查")
    refused = await cross_off(county, entry["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "same_person")
    assert (await cross_off(checker, entry["id"])).status_code == 200
    # Opened again, it is another matter: what was done before does not count.
    await enter(county, kind="water", household_id=home["id"])
    await act(township, entry["id"])
    assert (await cross_off(county, entry["id"])).status_code == 200


@pytest.mark.parametrize(("number", "kind"), [("G21", "water"), ("G22", "basic_medical")])
async def test_what_is_entered_while_the_household_moves_stands_in_its_new_place(
    county: httpx.AsyncClient, load: Load, database: TestDatabase, number: str, kind: str
) -> None:
    home = await household(load, county, number)
    about = (
        {"person_id": home["members"][0]["id"]} if kind == "basic_medical" else {"household_id": home["id"]}
    )
    answer = await during_a_move(database, home["id"], OTHER_VILLAGE, enter(county, kind=kind, **about))
    assert (answer.status_code, answer.json()["region_code"]) == (201, OTHER_VILLAGE), answer.text


async def test_nothing_more_is_entered_of_a_household_that_has_ended(
    county: httpx.AsyncClient, load: Load
) -> None:
    home = await household(load, county, "G23")
    moved = await county.post(
        f"/v1/households/{home['id']}/moves",
        json={"to_county": "231281", "happened_on": "2026-11-07", "reason": "外迁"},
        headers={"If-Match": "*"},
    )
    assert moved.status_code == 200 and moved.json()["ended_on"], moved.text
    refused = await enter(county, kind="water", household_id=home["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "household_ended")
    income = {"as_of": "2026-10-31", "wages": "1.00", "members": 1}
    refused = await county.post(f"/v1/households/{home['id']}/incomes", json=income)
    assert (refused.status_code, refused.json()["code"]) == (409, "household_ended")


async def test_what_recurs_is_opened_again_under_its_id(
    county: httpx.AsyncClient, township: httpx.AsyncClient, load: Load
) -> None:
    home = await household(load, county, "G3")
    entry = (await enter(township, kind="water", household_id=home["id"])).json()
    await act(township, entry["id"])
    await cross_off(county, entry["id"])
    again = await enter(township, kind="water", household_id=home["id"], note="又停水")
    assert again.status_code == 201
    assert (again.json()["id"], again.json()["state"], again.json()["reopened"]) == (entry["id"], "open", 1)
    assert [step["step"] for step in again.json()["history"]][-1] == "reopening"


async def test_the_registry_opens_entries_once_and_reopens_what_was_settled(
    county: httpx.AsyncClient, township: httpx.AsyncClient, load: Load
) -> None:
    rows = [
        person("G4", "户主G4", housing_grade="D", drinking_water="insecure", insured="否"),
        {
            **person("G4", "孩子G4", student_status="小学辍学", birth_date="2016-05-01", insured="是"),
            "relationship": "子",
        },
        # Past school age, or at school: no entry.
        {
            **person("G4", "青年G4", student_status="初中辍学", birth_date="2008-05-01", insured="是"),
            "relationship": "女",
        },
    ]
    for row in rows:
        row.update(housing_grade="D", drinking_water="insecure")
    await load(rows)
    home = await household_of(county, "G4")
    assert (await refresh(county))["opened"] == 4
    found = {entry["kind"]: entry for entry in await entries_of(township, home["id"])}
    assert {kind: entry["name"] for kind, entry in found.items()} == {
        "housing": "户主G4",
        "water": "户主G4",
        "basic_medical": "户主G4",
        "compulsory_education": "孩子G4",
    }
    assert {kind: entry["org_code"] for kind, entry in found.items()} == {
        "housing": "ZJ",
        "water": "SW",
        "basic_medical": "YB",
        "compulsory_education": "JY",
    }
    assert await refresh(county) == {"opened": 0, "reopened": 0, "settled": 0}

    housing = found["housing"]["id"]
    await act(township, housing)
    await cross_off(county, housing)
    # The registry still says D: that is no recurrence.
    assert await refresh(county) == {"opened": 0, "reopened": 0, "settled": 0}
    for row in rows:
        row["housing_grade"] = "B"
    await load(rows)
    assert await refresh(county) == {"opened": 0, "reopened": 0, "settled": 1}
    for row in rows:
        row["housing_grade"] = "C"
    await load(rows)
    assert await refresh(county) == {"opened": 0, "reopened": 1, "settled": 0}
    entry = (await county.get(f"/v1/guarantees/{housing}")).json()
    assert (entry["state"], entry["reopened"], len(entry["history"])) == ("open", 1, 4)


async def test_the_worker_opens_entries_of_every_county(
    running: RunningService, county: httpx.AsyncClient, load: Load
) -> None:
    home = await household(load, county, "G5", drinking_water="insecure")
    await refresh_ledgers(running.context, {})
    (entry,) = await entries_of(county, home["id"])
    history = (await county.get(f"/v1/guarantees/{entry['id']}")).json()["history"]
    assert [step["made_by"] for step in history] == ["service:household_api"]


async def test_a_dangerous_house_of_somebody_outside_the_registry(
    township: httpx.AsyncClient, other_township: httpx.AsyncClient, database: TestDatabase
) -> None:
    body = {"kind": "housing", "region_code": VILLAGE, "name": "王无名", "address": "村东头"}
    answer = await enter(township, **body)
    assert answer.status_code == 201, answer.text
    entry = answer.json()
    assert (entry["name"], entry["address"], entry["household_id"]) == ("王无名", "村东头", None)
    same = await enter(township, **{**body, "name": "王 无名"})
    assert (same.status_code, same.json()["entry_id"]) == (409, entry["id"])
    assert (await enter(township, **{**body, "address": "村西头"})).status_code == 201
    foreign = await enter(township, **{**body, "region_code": OTHER_VILLAGE})
    assert (foreign.status_code, foreign.json()["errors"][0]["code"]) == (422, "region_unknown")
    assert (await other_township.get(f"/v1/guarantees/{entry['id']}")).status_code == 404
    owner = await database.connect()
    sealed = await owner.fetchval("SELECT subject FROM household.guarantee_entry WHERE id = $1", entry["id"])
    await owner.close()
    assert "王无名".encode() not in sealed


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "housing"}, "subject_missing"),
        ({"kind": "housing", "region_code": VILLAGE}, "subject_missing"),
        ({"kind": "basic_medical", "household_id": "HOME"}, "person_required"),
        ({"kind": "water", "household_id": "HOME", "person_id": "HEAD"}, "household_expected"),
        ({"kind": "basic_medical", "household_id": "OTHER", "person_id": "HEAD"}, "not_a_member"),
    ],
)
async def test_entries_that_cannot_be(
    county: httpx.AsyncClient, load: Load, body: dict[str, str], code: str
) -> None:
    home, other = await household(load, county, "G6"), await household(load, county, "G7")
    known = {"HOME": home["id"], "HEAD": home["members"][0]["id"], "OTHER": other["id"]}
    refused = await enter(county, **{name: known.get(value, value) for name, value in body.items()})
    assert (refused.status_code, refused.json()["code"]) == (422, "guarantee_invalid")
    assert refused.json()["errors"][0]["code"] == code


async def test_days_outside_are_refused(county: httpx.AsyncClient, load: Load) -> None:
    home = await household(load, county, "G8")
    entry = (await enter(county, kind="water", household_id=home["id"])).json()
    for day in ("2026-11-07", "2026-11-09"):
        refused = await act(county, entry["id"], done_on=day)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "day_outside")


async def test_other_townships_see_and_do_nothing(
    county: httpx.AsyncClient,
    township: httpx.AsyncClient,
    other_township: httpx.AsyncClient,
    staff: httpx.AsyncClient,
    load: Load,
) -> None:
    home = await household(load, county, "G9", region_code=OTHER_VILLAGE)
    assert (await enter(township, kind="water", household_id=home["id"])).status_code == 404
    entry = (await enter(other_township, kind="water", household_id=home["id"])).json()
    assert (await township.get(f"/v1/guarantees/{entry['id']}")).status_code == 404
    assert (await act(staff, entry["id"])).status_code == 404
    assert await entries_of(township, home["id"]) == []
    assert [one["id"] for one in await entries_of(other_township, home["id"])] == [entry["id"]]


async def test_a_department_has_no_access_to_the_ledgers(running: RunningService) -> None:
    async with running.client("department", "ZJ", COUNTY, name="ZJ") as client:
        assert (await client.get("/v1/guarantees")).status_code == 403


async def test_entries_go_with_the_household(
    county: httpx.AsyncClient,
    township: httpx.AsyncClient,
    other_township: httpx.AsyncClient,
    load: Load,
) -> None:
    home = await household(load, county, "G10")
    entry = (await enter(township, kind="water", household_id=home["id"], note="停水")).json()
    answer = await county.post(
        f"/v1/households/{home['id']}/moves",
        json={"region_code": OTHER_VILLAGE, "happened_on": "2026-11-07", "reason": "搬迁"},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200, answer.text
    assert (await township.get(f"/v1/guarantees/{entry['id']}")).status_code == 404
    moved = (await other_township.get(f"/v1/guarantees/{entry['id']}")).json()
    assert [step["note"] for step in moved["history"]] == ["停水"]


async def test_counts_by_department_and_township_agree_with_the_list(
    county: httpx.AsyncClient, township: httpx.AsyncClient
) -> None:
    listed = (await county.get("/v1/guarantees", params={"limit": 500})).json()["items"]
    for by, key in (("department", "org_code"), ("township", "region_code")):
        counted = (await county.get("/v1/guarantees/statistics", params={"by": by})).json()["items"]
        assert sum(row["open"] + row["acting"] + row["crossed_off"] for row in counted) == len(listed)
        for row in counted:
            own = [e for e in listed if (e[key][:9], e["kind"]) == (row["key"], row["kind"])]
            assert row["open"] == sum(entry["state"] == "open" for entry in own)
            assert row["crossed_off"] == sum(entry["state"] == "crossed_off" for entry in own)
            assert row["reopened"] == sum(entry["reopened"] > 0 for entry in own)
    names = {row["key"]: row["name"] for row in counted}
    assert names["231226100"] == "绥棱镇"
    own_rows = (await township.get("/v1/guarantees/statistics", params={"by": "township"})).json()["items"]
    assert {row["key"] for row in own_rows} == {"231226100"}


async def test_the_list_is_filtered_and_paged(county: httpx.AsyncClient) -> None:
    everything = (await county.get("/v1/guarantees", params={"limit": 500})).json()["items"]
    seen, cursor = [], None
    while True:
        query = {"limit": 3, **({"cursor": cursor} if cursor else {})}
        answer = (await county.get("/v1/guarantees", params=query)).json()
        seen += answer["items"]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert [one["id"] for one in seen] == [one["id"] for one in everything]
    water = (await county.get("/v1/guarantees", params={"kind": "water", "state": "open"})).json()["items"]
    assert [one["id"] for one in water] == [
        one["id"] for one in everything if (one["kind"], one["state"]) == ("water", "open")
    ]
    assert (await county.get("/v1/guarantees", params={"overdue": True})).json()["items"] == []
