"""More time: by rule or with the county's approval; why a task came back."""

from typing import Any

import httpx

from tests.warning_api.conftest import County, got, problem

ANY = {"If-Match": "*"}


async def ask(county: County, task: dict[str, Any], **headers: str) -> httpx.Response:
    return await county.township.post(
        f"/v1/tasks/{task['id']}/extension", json={"reason": "户主外出务工，月底返乡"}, headers=headers or ANY
    )


async def decide(
    county: County, task: dict[str, Any], approve: bool, reason: str | None = None
) -> httpx.Response:
    body = {"approve": approve, "reason": reason}
    return await county.bureau.post(f"/v1/tasks/{task['id']}/extension/decision", json=body, headers=ANY)


async def entries(county: County, task: dict[str, Any]) -> list[tuple[str, str]]:
    items = (await got(county.township, f"/v1/tasks/{task['id']}/entries"))["items"]
    return [(item["kind"], item["reason"]) for item in items]


async def test_by_rule(common: County) -> None:
    task = await common.new_task()
    assert task["extension"] is None
    extended = (await ask(common, task)).json()
    assert (extended["due_on"], extended["extended"], extended["extension"]) == (
        "2026-11-23",
        True,
        "granted",
    )
    assert problem(await ask(common, task)) == (409, "already_extended")
    assert await entries(common, task) == [("extension", "户主外出务工，月底返乡")]
    assert problem(await decide(common, task, True)) == (409, "no_extension_waits")


async def test_with_approval(county: County) -> None:
    await county.set_parameter("review_extension", "true")
    task = await county.new_task()
    path = f"/v1/tasks/{task['id']}/extension/decision"
    asked = (await ask(county, task)).json()
    assert (asked["due_on"], asked["extended"], asked["extension"]) == (task["due_on"], False, "requested")
    assert problem(await ask(county, task)) == (409, "extension_waits")
    assert problem(await county.township.post(path, json={"approve": True}, headers=ANY))[0] == 403
    assert problem(await county.bureau.post(path, json={"approve": True})) == (428, "if_match_required")
    assert problem(await county.bureau.post(path, json={"approve": True}, headers={"If-Match": '"1"'})) == (
        412,
        "stale_version",
    )
    assert problem(await decide(county, task, False)) == (422, "invalid_request")
    refused = (await decide(county, task, False, "可电话核实")).json()
    assert (refused["due_on"], refused["extension"]) == (task["due_on"], "refused")
    assert (await ask(county, task)).json()["extension"] == "requested"
    granted = (await decide(county, task, True)).json()
    assert (granted["due_on"], granted["extended"], granted["extension"]) == ("2026-11-23", True, "granted")
    assert problem(await ask(county, task)) == (409, "already_extended")
    assert await entries(county, task) == [
        ("extension_requested", "户主外出务工，月底返乡"),
        ("extension_refused", "可电话核实"),
        ("extension_requested", "户主外出务工，月底返乡"),
        ("extension_granted", ""),
    ]
    assert (await got(county.township, f"/v1/tasks/{task['id']}"))["extension"] == "granted"


async def test_a_verified_task_needs_none(county: County) -> None:
    await county.set_parameter("review_extension", "true")
    task = await county.new_task()
    await ask(county, task)
    await county.verify(task, "no_risk")
    assert problem(await decide(county, task, True)) == (409, "transition_not_allowed")
    assert problem(await ask(county, task)) == (409, "transition_not_allowed")


async def test_the_township_reads_why_a_task_came_back(common: County) -> None:
    task = await common.new_task()
    await common.verify(task, "no_risk")
    await common.bureau.post(
        f"/v1/tasks/{task['id']}/return", json={"reason": "照片不清，请重新入户"}, headers=ANY
    )
    assert await entries(common, task) == [("return", "照片不清，请重新入户")]
    path = f"/v1/tasks/{task['id']}/entries"
    assert problem(await common.other_township.get(path)) == (404, "task_not_found")
    assert problem(await common.yb.get(path))[0] == 403
    told = (await got(common.caller("system", "SYS"), path))["items"]
    assert [(item["kind"], item["reason"]) for item in told] == [("return", None)]
    async with common.owner() as owner:
        sealed = await owner.fetchval("SELECT sealed FROM warning.task_entry WHERE task_id = $1", task["id"])
    assert "照片".encode() not in sealed
