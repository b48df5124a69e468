"""Outcomes for departments, their answers, and acceptance by the county."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.factories.warnings import CYCLE, new_id_number, receipt, record, registered
from tests.warning_api.conftest import County, got, problem


async def outcomes(county: County, org: str) -> dict[str, dict[str, Any]]:
    """By warning, as a department sees them."""
    client = county.caller("department", org)
    items = (await got(client, "/v1/outcomes", cycle=CYCLE, limit=500))["items"]
    return {item["warning_id"]: item for item in items}


async def task_of_two(county: County) -> tuple[dict[str, Any], str, str]:
    """A task with a clue of YB and one of ZJ: the task and the two warnings."""
    household = registered()
    await county.new_task(household)
    number = new_id_number()
    county.registry.persons[number] = {**registered(), "household_id": household["household_id"]}
    county.pushed += 1
    row = record(f"zj-{county.pushed}", id_number=number, indicator="ZJ01", amount=None)
    batch = await county.push(county.zj, f"zj-{county.pushed}", [row])
    (warning,) = await county.warnings(batch)
    task = await got(county.bureau, f"/v1/tasks/{warning['task_id']}")
    by_org = {clue["org_code"]: clue["warning_id"] for clue in task["clues"]}
    return task, by_org["YB"], by_org["ZJ"]


async def state_of(county: County, task: dict[str, Any]) -> str:
    found: str = (await got(county.bureau, f"/v1/tasks/{task['id']}"))["state"]
    return found


async def test_a_task_waits_for_every_department(common: County) -> None:
    task, yb, zj = await task_of_two(common)
    await common.verify(task, "risk_confirmed")
    assert (await common.answer(common.yb, yb))["status"] == "accepted"
    assert await state_of(common, task) == "verified"
    assert (await outcomes(common, "ZJ"))[zj]["state"] == "fed_back"
    assert (await common.answer(common.zj, zj))["status"] == "accepted"
    assert await state_of(common, task) == "closed"


async def test_two_who_answer_at_once_close_the_task(common: County) -> None:
    for _ in range(4):
        task, yb, zj = await task_of_two(common)
        await common.verify(task, "risk_confirmed")
        await asyncio.gather(common.answer(common.yb, yb), common.answer(common.zj, zj))
        assert await state_of(common, task) == "closed"


async def test_townships_that_finish_at_once_close_the_batch(common: County) -> None:
    numbers = [new_id_number() for _ in range(8)]
    for n, number in enumerate(numbers):
        common.registry.persons[number] = registered(("231226100201", "231226101200")[n % 2])
    rows = [record(f"finish-{n}", id_number=number) for n, number in enumerate(numbers)]
    batch = await common.push(common.yb, "finish", rows)
    mine = {warning["task_id"] for warning in await common.warnings(batch)}
    calls = []
    for client in (common.township, common.other_township):
        for task in await common.tasks(client, limit=500):
            if task["id"] in mine:
                item = {
                    "task_id": task["id"],
                    "outcome": "no_risk",
                    "visited_on": "2026-11-08",
                    "verifiers": ["甲"],
                }
                calls.append(client.post("/v1/verifications", json={"items": [item]}))
    answers = await asyncio.gather(*calls)
    assert [answer.json()["accepted"] for answer in answers] == [1] * 8
    assert (await got(common.yb, f"/v1/batches/{batch['id']}"))["state"] == "closed"


async def test_the_department_that_is_needed_sees_it_and_may_answer(common: County) -> None:
    task = await common.new_task()
    warning = task["clues"][0]["warning_id"]
    assert warning not in await outcomes(common, "SW")
    await common.verify(task, "needs_department", needs_org="SW")
    seen = (await outcomes(common, "SW"))[warning]
    assert (seen["org_code"], seen["needs_org"], seen["state"]) == ("YB", "SW", "fed_back")
    listed = (await got(common.caller("department", "SW"), "/v1/warnings", limit=500))["items"]
    assert [w["subject"]["name"] for w in listed if w["id"] == warning] == ["张*"]
    assert warning not in await outcomes(common, "MZ")
    assert (await common.answer(common.caller("department", "MZ"), warning))["status"] == "not_found"
    assert (await common.answer(common.caller("department", "SW"), warning))["status"] == "accepted"
    assert (await outcomes(common, "YB"))[warning]["state"] == "closed"
    assert await state_of(common, task) == "closed"
    batches = (await got(common.yb, "/v1/batches", limit=500))["items"]
    (own,) = [b for b in batches if b["batch_no"] == f"new-{common.pushed}"]
    assert own["state"] == "closed"


async def test_what_another_department_did_stands_beside_it(common: County) -> None:
    """It is kept; the warning waits for the department that is needed."""
    task = await common.new_task()
    warning = task["clues"][0]["warning_id"]
    await common.verify(task, "needs_department", needs_org="SW")
    water = common.caller("department", "SW")
    assert (await common.answer(common.yb, warning))["status"] == "accepted"
    assert (await common.answer(common.yb, warning))["status"] == "unchanged"
    waiting = (await outcomes(common, "SW"))[warning]
    assert (waiting["state"], waiting["waits_for"]) == ("fed_back", "SW")
    path = f"/v1/outcomes/{warning}/redirection"
    to = {"needs_org": "YB", "reason": "由医保牵头"}
    assert (await common.bureau.post(path, json=to, headers={"If-Match": "*"})).status_code == 200
    assert (await common.answer(water, warning))["status"] == "not_found"
    assert await state_of(common, task) == "verified"
    # Now that it is waited for, the same again closes the warning.
    assert (await common.answer(common.yb, warning))["status"] == "accepted"
    assert (await outcomes(common, "YB"))[warning]["state"] == "closed"
    assert await state_of(common, task) == "closed"


async def test_receipts_can_be_read_again(common: County) -> None:
    task = await common.new_task()
    warning = task["clues"][0]["warning_id"]
    await common.verify(task, "needs_department", needs_org="SW")
    water = common.caller("department", "SW")
    await common.yb.post(
        "/v1/policy-receipts", json={"items": [receipt(warning, measure="医疗救助", amount="800.00")]}
    )
    await water.post("/v1/policy-receipts", json={"items": [receipt(warning, measure="更换水泵")]})
    path = f"/v1/outcomes/{warning}"

    async def read(client: Any, path: str) -> list[tuple[str, str | None, str | None]]:
        found = await got(client, path)
        told = found.get("receipts", found.get("items"))
        return [(one["org_code"], one["measure"], one["amount"]) for one in told]

    both = [("YB", "医疗救助", "800.00"), ("SW", "更换水泵", receipt(warning)["amount"])]
    assert await read(common.bureau, path) == both
    assert await read(common.yb, path) == both[:1]
    assert await read(water, path) == both[1:]
    of_task = f"/v1/tasks/{task['id']}/receipts"
    assert await read(common.township, of_task) == both
    assert problem(await common.other_township.get(of_task))[0] == 404
    assert problem(await common.yb.get(of_task))[0] == 403


async def test_receipts_are_judged_one_by_one(common: County) -> None:
    undecided, harmless, confirmed = [await common.new_task() for _ in range(3)]
    await common.verify(harmless, "no_risk")
    await common.verify(confirmed, "risk_confirmed")
    warning = confirmed["clues"][0]["warning_id"]
    items: list[Any] = [
        receipt(undecided["clues"][0]["warning_id"]),
        receipt(harmless["clues"][0]["warning_id"]),
        receipt(str(uuid4())),
        receipt("nonsense"),
        receipt(warning, done_on="2026-11-09"),
        receipt(warning, amount="-1.00"),
        receipt(warning, amount=800.5),
        receipt(warning, amount="0.001"),
        receipt(warning, amount="99999999999999999.00"),
        receipt(warning, measure=" "),
        receipt(warning, measure="长" * 201),
        {},
        None,
        "text",
        receipt(warning),
        receipt(warning),
        receipt(warning, amount=None, note="另送慰问金"),
    ]
    answer = await common.yb.post("/v1/policy-receipts", json={"items": items})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    statuses = [item["status"] for item in body["items"]]
    assert statuses == [
        "rejected",
        "rejected",
        "not_found",
        *["rejected"] * 11,
        "accepted",
        "unchanged",
        "accepted",
    ]
    assert [item["errors"][0]["code"] for item in body["items"][:2]] == ["not_decided", "no_answer_needed"]
    assert (body["accepted"], body["rejected"]) == (3, 14)
    assert (await common.answer(common.yb, warning))["status"] == "unchanged"
    async with common.owner() as owner:
        kept = "SELECT count(*) FROM warning.policy_receipt WHERE warning_id = $1"
        assert await owner.fetchval(kept, warning) == 2
    assert (await common.answer(common.zj, warning))["status"] == "not_found"
    assert problem(await common.township.post("/v1/policy-receipts", json={"items": items}))[0] == 403


@pytest.mark.parametrize("body", [{}, {"items": []}, {"items": {}}, [], {"items": [{}] * 20_001}])
async def test_bodies_without_receipts(common: County, body: Any) -> None:
    assert problem(await common.yb.post("/v1/policy-receipts", json=body)) == (422, "invalid_request")


async def send_back(county: County, task: dict[str, Any]) -> None:
    answer = await county.bureau.post(
        f"/v1/tasks/{task['id']}/return", json={"reason": "重核"}, headers={"If-Match": "*"}
    )
    assert answer.status_code == 200


async def test_what_was_answered_is_not_asked_again_after_rework(common: County) -> None:
    task = await common.new_task()
    warning = task["clues"][0]["warning_id"]
    await common.verify(task, "risk_confirmed")
    await common.answer(common.yb, warning)
    assert await state_of(common, task) == "closed"
    await send_back(common, task)
    await common.verify(task, "risk_confirmed")
    assert (await outcomes(common, "YB"))[warning]["state"] == "closed"
    assert await state_of(common, task) == "closed"


async def test_but_another_department_that_is_needed_now_is_asked(common: County) -> None:
    task = await common.new_task()
    warning = task["clues"][0]["warning_id"]
    await common.verify(task, "risk_confirmed")
    await common.answer(common.yb, warning)
    await send_back(common, task)
    await common.verify(task, "needs_department", needs_org="SW")
    assert (await outcomes(common, "SW"))[warning]["state"] == "fed_back"
    assert await state_of(common, task) == "verified"
    await common.answer(common.caller("department", "SW"), warning)
    assert await state_of(common, task) == "closed"


async def test_acceptance_by_review(county: County) -> None:
    await county.set_parameter("review_feedback", "true")
    task = await county.new_task()
    warning = task["clues"][0]["warning_id"]
    path = f"/v1/tasks/{task['id']}/acceptance"
    headers = {"If-Match": "*"}
    assert problem(await county.bureau.post(path)) == (428, "if_match_required")
    assert problem(await county.bureau.post(path, headers=headers)) == (409, "nothing_to_accept")
    await county.verify(task, "risk_confirmed")
    assert (await outcomes(county, "YB"))[warning]["outcome"] is None
    assert (await county.answer(county.yb, warning))["errors"][0]["code"] == "not_decided"
    assert await county.events(f"task/{task['id']}") == [("task.dispatched", 1)]
    verified = await got(county.bureau, f"/v1/tasks/{task['id']}")
    assert problem(await county.bureau.post(path, headers={"If-Match": '"1"'})) == (412, "stale_version")
    assert problem(await county.township.post(path, headers=headers))[0] == 403
    accepted = await county.bureau.post(path, headers={"If-Match": f'"{verified["version"]}"'})
    assert (accepted.status_code, accepted.json()["state"]) == (200, "verified")
    assert (await outcomes(county, "YB"))[warning]["state"] == "fed_back"
    assert problem(await county.bureau.post(path, headers=headers)) == (409, "nothing_to_accept")
    told = await county.events(f"task/{task['id']}")
    assert told[-1] == ("task.verified", accepted.json()["version"])
