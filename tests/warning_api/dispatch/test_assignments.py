"""The township gives visits to the officials of its villages."""

from typing import Any
from uuid import uuid4

from tests.factories.warnings import CYCLE, OTHER_VILLAGE, registered
from tests.warning_api.conftest import County, got, problem


async def assign(county: County, *items: tuple[str, str | None]) -> dict[str, Any]:
    answer = await county.township.post(
        "/v1/assignments", json={"items": [{"task_id": task, "assignee": name} for task, name in items]}
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_each_item_is_judged_by_itself(common: County) -> None:
    task, done = await common.new_task(), await common.new_task()
    foreign = await common.new_task(registered(OTHER_VILLAGE))
    await common.verify(done, "no_risk")
    given = await assign(
        common,
        (task["id"], "王五"),
        (done["id"], "王五"),
        (foreign["id"], "王五"),
        (str(uuid4()), "王五"),
        (task["id"], "李四"),
    )
    assert (given["accepted"], given["rejected"]) == (1, 4)
    assert [item["status"] for item in given["items"]] == [
        "accepted",
        "rejected",
        "not_found",
        "not_found",
        "rejected",
    ]
    assert [error["code"] for item in given["items"] for error in item["errors"]] == [
        "already_verified",
        "not_found",
        "not_found",
        "repeated_task",
    ]
    assert (await got(common.township, f"/v1/tasks/{task['id']}"))["assignee"] == "王五"


async def test_an_assignment_is_a_change_but_no_new_content(common: County) -> None:
    task = await common.new_task()
    before = await got(common.township, "/v1/tasks", limit=1)
    assert (await assign(common, (task["id"], "赵六")))["accepted"] == 1
    polled = await got(common.township, "/v1/tasks", updated_after=before["updated_until"])
    (changed,) = polled["items"]
    assert (changed["id"], changed["assignee"], changed["version"]) == (
        task["id"],
        "赵六",
        task["version"] + 1,
    )
    assert (await assign(common, (task["id"], "赵六")))["items"][0]["status"] == "unchanged"
    listed = await got(common.township, "/v1/tasks", assignee="赵六", cycle=CYCLE)
    assert [each["id"] for each in listed["items"]] == [task["id"]]
    # What was read before the assignment can still be answered.
    assert (await common.verify(task, "no_risk", version=task["version"]))["status"] == "accepted"


async def test_who_had_a_task_before_is_kept(common: County) -> None:
    task = await common.new_task()
    for name in ("赵六", "钱七", None):
        assert (await assign(common, (task["id"], name)))["accepted"] == 1
    assert (await got(common.township, f"/v1/tasks/{task['id']}"))["assignee"] is None
    async with common.owner() as owner:
        kept = await owner.fetch(
            "SELECT kind, sealed FROM warning.task_entry WHERE task_id = $1 ORDER BY id", task["id"]
        )
    assert [row["kind"] for row in kept] == ["assignment"] * 3
    assert all("赵六".encode() not in row["sealed"] for row in kept)


async def test_only_townships_assign(common: County) -> None:
    for client in (common.bureau, common.yb):
        assert problem(await client.post("/v1/assignments", json={"items": []}))[0] == 403
    for body in ({}, {"items": [{"task_id": "x", "assignee": "王"}]}, {"items": [{"assignee": ""}]}):
        assert problem(await common.township.post("/v1/assignments", json=body))[0] == 422
