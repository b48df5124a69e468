"""Dispatch by review, assignment of regions, receipts, extensions, and townships that serve others."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.auth import Grant
from tests.factories.warnings import CYCLE, OTHER_VILLAGE, VILLAGE, id_number, record, registered
from tests.warning_api.conftest import County, got, problem


async def extend(
    county: County, task: dict[str, Any], if_match: str | None = "*", **body: Any
) -> httpx.Response:
    headers = {} if if_match is None else {"If-Match": if_match}
    return await county.township.post(
        f"/v1/tasks/{task['id']}/extension", json=body or {"reason": "大雪封路"}, headers=headers
    )


async def order(county: County, **body: Any) -> httpx.Response:
    return await county.bureau.post("/v1/dispatches", json={"cycle": CYCLE, **body})


async def test_dispatch_by_review(county: County) -> None:
    await county.set_parameter("review_dispatch", "true")
    county.registry.persons |= {id_number(1): registered(), id_number(2): registered(OTHER_VILLAGE)}
    records = [record("1"), record("2", id_number=id_number(2)), record("3", id_number=id_number(3))]
    batch = await county.push(county.yb, "B1", records)
    assert batch["state"] == "compared"
    assert await county.tasks(county.township) == []
    waiting = await county.tasks(county.bureau)
    assert [task["dispatched_at"] for task in waiting] == [None] * 3
    listed = await got(county.bureau, f"/v1/lists/{CYCLE}/231226100")
    assert (listed["total"], listed["states"]) == (0, {})
    visit = {
        "task_id": waiting[0]["id"],
        "outcome": "no_risk",
        "visited_on": "2026-11-08",
        "verifiers": ["甲"],
    }
    early = await county.township.post("/v1/verifications", json={"items": [visit]})
    assert early.json()["items"][0]["status"] == "not_found"
    for body in ({"region_code": "231281"}, {"region_code": "231226999"}, {"region_code": "x"}):
        assert problem(await order(county, **body))[0] == 422
    assert problem(await order(county, cycle="2026-12")) == (409, "nothing_to_dispatch")
    first = await order(county, region_code="231226100")
    assert (first.status_code, first.json()["dispatched"]) == (201, 2)
    assert {task["id"] for task in await county.tasks(county.township)} == set(first.json()["task_ids"])
    assert await county.tasks(county.other_township) == []
    assert (await got(county.yb, f"/v1/batches/{batch['id']}"))["state"] == "compared"
    assert (await order(county)).json()["dispatched"] == 1
    assert problem(await order(county)) == (409, "nothing_to_dispatch")
    assert (await got(county.yb, f"/v1/batches/{batch['id']}"))["state"] == "dispatched"
    (other,) = await county.tasks(county.other_township)
    assert await county.events(f"task/{other['id']}") == [("task.dispatched", other["version"])]


async def test_a_region_is_assigned_to_a_task_without_one(common: County) -> None:
    common.registry.persons[id_number(9)] = registered("231226")
    batch = await common.push(common.yb, "nowhere", [record("n-1", id_number=id_number(9), region_code=None)])
    (warning,) = await common.warnings(batch)
    task_id = warning["task_id"]
    refused = (
        ({"task_id": task_id}, (422, "region_not_usable")),
        ({"task_id": task_id, "region_code": "231226"}, (422, "region_not_usable")),
        ({"task_id": task_id, "region_code": "231281100"}, (422, "region_not_usable")),
        ({"task_id": str(uuid4()), "region_code": VILLAGE}, (404, "task_not_found")),
        ({"task_id": "x", "region_code": VILLAGE}, (422, "invalid_request")),
        ({"cycle": "2026-13"}, (422, "invalid_request")),
    )
    for body, refusal in refused:
        assert problem(await order(common, **body)) == refusal, body
    assert problem(await common.township.post("/v1/dispatches", json={"cycle": CYCLE}))[0] == 403
    done = await order(common, task_id=task_id, region_code=OTHER_VILLAGE)
    assert done.json()["task_ids"] == [task_id]
    task = await got(common.other_township, f"/v1/tasks/{task_id}")
    assert (task["township_code"], task["region_code"], task["due_on"]) == (
        "231226101",
        OTHER_VILLAGE,
        "2026-11-18",
    )
    assert (await got(common.yb, f"/v1/batches/{batch['id']}"))["state"] == "dispatched"
    assert problem(await order(common, task_id=task_id, region_code=VILLAGE)) == (404, "task_not_found")


async def test_a_task_of_a_page_is_the_task_read_alone(common: County) -> None:
    """The page is put together as the schema says; the task alone is checked against it."""
    plain, task = await common.new_task(), await common.new_task()
    changes = {"amount": "7.10", "occurred_on": "2026-10-02", "phone": "13800000001", "reason": "录错"}
    corrected = await common.yb.post(
        f"/v1/warnings/{task['clues'][0]['warning_id']}/corrections",
        json=changes,
        headers={"If-Match": "*"},
    )
    assert corrected.status_code == 201, corrected.text
    for reader in (common.township, common.bureau, common.yb):
        page = await reader.get("/v1/tasks", params={"cycle": CYCLE, "limit": 500})
        if page.status_code == 403:
            continue
        assert page.headers["content-type"] == "application/json"
        listed = {each["id"]: each for each in page.json()["items"]}
        for each in (plain, task):
            assert listed[each["id"]] == await got(reader, f"/v1/tasks/{each['id']}")
        assert listed[task["id"]]["clues"][0]["corrected"]["amount"] == "7.10"


async def test_an_extension_is_given_once(common: County) -> None:
    task = await common.new_task()
    assert problem(await extend(common, task, None)) == (428, "if_match_required")
    assert problem(await extend(common, task, '"99"')) == (412, "stale_version")
    for body in ({"reason": ""}, {"reason": "x" * 201}, {"why": "?"}):
        assert problem(await extend(common, task, **body))[0] == 422
    extended = await extend(common, task, f'"{task["version"]}"')
    assert (extended.json()["due_on"], extended.json()["extended"]) == ("2026-11-23", True)
    assert extended.headers["ETag"] == f'"{extended.json()["version"]}"'
    assert problem(await extend(common, task)) == (409, "already_extended")
    verified = await common.new_task()
    await common.verify(verified, "no_risk")
    assert problem(await extend(common, verified)) == (409, "transition_not_allowed")
    assert problem(await common.bureau.post(f"/v1/tasks/{task['id']}/extension", json={}))[0] == 403


async def test_a_receipt_takes_what_has_come(common: County) -> None:
    task = await common.new_task()
    for client in (common.bureau, common.yb):
        assert problem(await client.put(f"/v1/lists/{CYCLE}/231226100/receipt"))[0] == 403
    listed = (await common.township.put(f"/v1/lists/{CYCLE}/231226100/receipt")).json()
    assert listed["states"].get("pending") is None
    received = await got(common.township, f"/v1/tasks/{task['id']}")
    assert (received["state"], received["version"]) == ("received", task["version"] + 1)
    later = await common.new_task()
    again = (await common.township.put(f"/v1/lists/{CYCLE}/231226100/receipt")).json()
    assert again["received_at"] == listed["received_at"]
    assert (await got(common.township, f"/v1/tasks/{later['id']}"))["state"] == "received"
    assert (await got(common.township, f"/v1/tasks/{task['id']}"))["version"] == received["version"]


async def test_receipts_and_visits_at_once_do_not_block_each_other(common: County) -> None:
    tasks = [await common.new_task() for _ in range(6)]
    receipts = [common.township.put(f"/v1/lists/{CYCLE}/231226100/receipt") for _ in range(3)]
    visits = [common.verify(task, "no_risk") for task in tasks]
    done = await asyncio.gather(*receipts, *visits)
    assert [answer.status_code for answer in done[:3]] == [200] * 3
    assert [item["status"] for item in done[3:]] == ["accepted"] * 6


async def test_a_township_that_serves_a_farm_sees_both(common: County) -> None:
    serving = common.caller(
        "township",
        "231226100",
        "231226100",
        name="serving",
        more=[Grant("township", "231226580", "231226580")],
    )
    own, farm = await common.new_task(), await common.new_task(registered("231226580598"))
    foreign = await common.new_task(registered(OTHER_VILLAGE))
    seen = {task["id"] for task in await common.tasks(serving, limit=500)}
    assert {own["id"], farm["id"]} <= seen
    assert foreign["id"] not in seen
    assert (await got(serving, f"/v1/lists/{CYCLE}/231226580"))["served_by"] == "231226100"
    assert (await serving.put(f"/v1/lists/{CYCLE}/231226580/receipt")).status_code == 200
    assert problem(await common.township.get(f"/v1/tasks/{farm['id']}"))[0] == 404
    assert problem(await serving.get(f"/v1/lists/{CYCLE}/231226101")) == (404, "list_not_found")
    for code in ("231226", "231226999", "231226100999", "231281100"):
        assert problem(await common.bureau.get(f"/v1/lists/{CYCLE}/{code}"))[0] == 404
    assert (await got(common.bureau, f"/v1/lists/{CYCLE}/231226580000"))["township_code"] == "231226580"


async def test_filters_of_tasks(common: County) -> None:
    early, late = await common.new_task(), await common.new_task()
    extended = (await extend(common, late)).json()
    ids = {early["id"], late["id"]}

    async def found(**params: str) -> set[str]:
        return {task["id"] for task in await common.tasks(common.bureau, limit=500, **params)} & ids

    assert await found(due_before="2026-11-19") == {early["id"]}
    assert await found(updated_after=early["updated_at"]) == {late["id"]}
    assert await found(updated_after=extended["updated_at"]) == set()
    assert await found(state="pending", cycle=CYCLE, region="231226100201") == ids
    assert await found(state="closed") == set()


@pytest.mark.parametrize(
    "params",
    [
        {"updated_after": "2026-11-08T00:00:00"},
        {"updated_after": "0001-01-01T00:00:00+08:00"},
        {"updated_after": "9999-12-31T23:59:59-08:00"},
        {"updated_after": "yesterday"},
        {"due_before": "2026-02-30"},
        {"region": "abc"},
        {"state": "open"},
    ],
)
async def test_malformed_filters_are_refused(common: County, params: dict[str, str]) -> None:
    assert problem(await common.bureau.get("/v1/tasks", params=params)) == (422, "invalid_request")


async def test_a_task_says_its_version(common: County) -> None:
    task = await common.new_task()
    answer = await common.township.get(f"/v1/tasks/{task['id']}")
    assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'
    system = await got(common.caller("system", "SYS"), f"/v1/tasks/{task['id']}")
    assert (system["subject"]["name"], system["clues"][0]["detail"]) == ("张*", None)


async def test_only_our_own_services_read_whom_a_task_is_about(common: County) -> None:
    task = await common.new_task(phone="138 0000 0001")
    path = f"/v1/tasks/{task['id']}/subject"
    assert problem(await common.bureau.get(path))[0] == 403
    household = common.caller("service", "", "", name="service:household_api")
    subject = await got(household, path, county="231226")
    assert (subject["name"], subject["phone"], subject["birth_date"][:2]) == ("张三", "13800000001", "19")
    async with common.owner() as owner:
        read = "SELECT count(*) FROM warning.audit_entry WHERE action = 'task.subject_read' AND subject = $1"
        assert await owner.fetchval(read, f"task/{task['id']}") == 1
