"""Steps that are late: told once for each level, listed while they are open."""

from datetime import datetime
from typing import Any

import pytest

from services.warning_api.escalation.tasks import tell_overdue_steps
from tests.factories.warnings import registered
from tests.warning_api.conftest import County, MakeCounty, got, problem

LIST = "list/231226100"


async def later(make_county: MakeCounty, county: County, day: str) -> County:
    """The same county on another day, after the worker has looked."""
    other = await make_county(now=datetime.fromisoformat(f"{day}T09:00:00+08:00"), beside=county)
    await tell_overdue_steps(other.running.context, {})
    return other


async def overdue(county: County, client: Any = None, **filters: Any) -> dict[tuple[str, str], str]:
    """(step, subject) to level."""
    items = (await got(client or county.bureau, "/v1/overdue", **filters))["items"]
    return {(item["step"], item["subject"]): item["level"] for item in items}


async def told(county: County) -> list[tuple[str, str]]:
    """(subject, level) of every event, in the order of telling."""
    async with county.owner() as connection:
        rows = await connection.fetch(
            "SELECT subject, data->>'level' AS level FROM warning.outbox_event"
            " WHERE type = 'bihuan.step.overdue' ORDER BY id"
        )
    return [(row["subject"], row["level"]) for row in rows]


async def test_a_visit_goes_up_level_by_level_and_each_is_told_once(
    county: County, make_county: MakeCounty
) -> None:
    task = await county.new_task()
    await county.township.put("/v1/lists/2026-11/231226100/receipt")
    subject = f"task/{task['id']}"
    assert task["due_on"] == "2026-11-18"
    for day, level in (
        ("2026-11-15", None),
        ("2026-11-16", "reminder"),
        ("2026-11-18", "reminder"),
        ("2026-11-19", "leader"),
        ("2026-11-21", "leader"),
        ("2026-11-22", "county"),
    ):
        then = await later(make_county, county, day)
        await tell_overdue_steps(then.running.context, {})
        assert (await overdue(then)).get(("verification", subject)) == level, day
    expected = [(f"step/verification/{subject}", level) for level in ("reminder", "leader", "county")]
    assert await told(county) == expected
    sequences = [sequence for _, sequence in await county.events(f"step/verification/{subject}")]
    assert sequences == sorted(set(sequences))
    assert await overdue(then, level="leader") == {("verification", subject): "leader"}
    assert await overdue(then, then.township) == {("verification", subject): "county"}
    assert await overdue(then, then.other_township) == {}
    assert await overdue(then, then.yb) == {}
    assert await overdue(then, region="231226101") == {}
    assert problem(await then.caller("system", "SYS").get("/v1/overdue"))[0] == 403
    (item,) = (await got(then.bureau, "/v1/overdue"))["items"]
    assert (item["days_overdue"], item["task_id"], item["region_code"]) == (4, task["id"], "231226100201")
    # Done: it is off the list at once, and is settled with the next look.
    assert (await then.verify(task, "no_risk", visited_on="2026-11-20"))["status"] == "accepted"
    assert await overdue(then) == {}
    await tell_overdue_steps(then.running.context, {})
    async with county.owner() as connection:
        left = "SELECT count(*) FROM warning.overdue_step WHERE settled_at IS NULL"
        assert await connection.fetchval(left) == 0


async def test_more_time_begins_anew(county: County, make_county: MakeCounty) -> None:
    task = await county.new_task()
    await county.township.put("/v1/lists/2026-11/231226100/receipt")
    then = await later(make_county, county, "2026-11-17")
    assert await overdue(then) == {("verification", f"task/{task['id']}"): "reminder"}
    answer = await then.township.post(
        f"/v1/tasks/{task['id']}/extension", json={"reason": "大雪"}, headers={"If-Match": "*"}
    )
    assert answer.json()["due_on"] == "2026-11-23"
    assert await overdue(then) == {}
    then = await later(make_county, county, "2026-11-21")
    assert await overdue(then) == {("verification", f"task/{task['id']}"): "reminder"}


async def test_every_step_has_its_clock(county: County, make_county: MakeCounty) -> None:
    await county.set_parameter("review_extension", "true")
    waits, asks, confirmed, needs, declined = [await county.new_task() for _ in range(5)]
    nowhere = await county.new_task(registered("231226"), region_code=None)
    await county.township.post(
        f"/v1/tasks/{asks['id']}/extension", json={"reason": "外出"}, headers={"If-Match": "*"}
    )
    await county.verify(confirmed, "risk_confirmed")
    for task in (needs, declined):
        await county.verify(task, "needs_department", needs_org="SW")
    of = {name: task["clues"][0]["warning_id"] for name, task in
          (("answer", confirmed), ("needs", needs), ("declined", declined))}  # fmt: skip
    water = county.caller("department", "SW")
    answer = await water.post(
        f"/v1/outcomes/{of['declined']}/declination",
        json={"reason": "属自来水公司"},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200, answer.text
    await county.set_parameter("review_feedback", "true")
    reviewed = await county.new_task()
    await county.verify(reviewed, "no_risk")
    then = await later(make_county, county, "2026-12-20")
    found = await overdue(then)
    assert found == dict.fromkeys(
        [
            ("receipt", LIST),
            ("verification", f"task/{waits['id']}"),
            ("verification", f"task/{asks['id']}"),
            ("extension", f"task/{asks['id']}"),
            ("assignment", f"task/{nowhere['id']}"),
            ("acceptance", f"task/{reviewed['id']}"),
            ("answer", f"warning/{of['answer']}"),
            ("needs_department", f"warning/{of['needs']}"),
            ("redirection", f"warning/{of['declined']}"),
        ],
        "county",
    )
    assert await overdue(then, then.yb) == {("answer", f"warning/{of['answer']}"): "county"}
    assert set(await overdue(then, then.caller("department", "SW"))) == {
        ("needs_department", f"warning/{of['needs']}")
    }
    assert set(await overdue(then, org="SW", step="needs_department")) == {
        ("needs_department", f"warning/{of['needs']}")
    }
    pages = []
    cursor = None
    while True:
        page = await got(then.bureau, "/v1/overdue", limit=4, **({"cursor": cursor} if cursor else {}))
        pages += [(item["step"], item["subject"]) for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(pages) == sorted(found)
    assert len(await told(then)) == 3 * len(found)
    # A warning that is answered leaves the list.
    assert (await then.answer(then.yb, of["answer"]))["status"] == "accepted"
    assert ("answer", f"warning/{of['answer']}") not in await overdue(then)


async def test_a_level_can_be_left_out(county: County, make_county: MakeCounty) -> None:
    await county.set_parameter("escalation_days", '{"reminder": null, "leader": 1, "county": null}')
    task = await county.new_task()
    await county.township.put("/v1/lists/2026-11/231226100/receipt")
    assert await overdue(await later(make_county, county, "2026-11-19")) == {}
    then = await later(make_county, county, "2026-11-30")
    assert await overdue(then) == {("verification", f"task/{task['id']}"): "leader"}


@pytest.mark.parametrize("cursor", ["WyJ4IiwieCIsIngiLCJ4Il0", "WyIyMDI2LTk5LTk5IiwieCIsIngiLCJ4Il0", "x"])
async def test_a_cursor_of_another_list_is_refused(common: County, cursor: str) -> None:
    answer = await common.bureau.get("/v1/overdue", params={"cursor": cursor})
    assert problem(answer) == (422, "invalid_cursor")
    assert problem(await common.bureau.get("/v1/overdue", params={"step": "lunch"}))[0] == 422
