"""What our own services tell: once in effect, whatever arrives."""

from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.parameters import parameter
from tests.factories.warnings import COUNTY, registered
from tests.warning_api.conftest import County, got, problem


def event(kind: str, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "urn:bihuan:household_api",
        "type": f"bihuan.{kind}",
        "subject": "case/1",
        "time": "2026-11-08T09:00:00+08:00",
        "sequence": 1,
        "countycode": COUNTY,
        "data": data,
    }


async def deliver(county: County, body: Any, named: str = COUNTY) -> httpx.Response:
    household = county.caller("service", "", "", name="service:household_api")
    return await household.post(
        "/v1/events",
        params={"county": named},
        json=body,
        headers={"Content-Type": "application/cloudevents+json"},
    )


async def test_a_case_is_opened_or_refused_once(common: County) -> None:
    task, other = await common.new_task(), await common.new_task()
    case_id = str(uuid4())
    opened = event("case.opened", task_id=task["id"], case_id=case_id)
    for _ in range(3):
        assert (await deliver(common, opened)).status_code == 204
    after = await got(common.bureau, f"/v1/tasks/{task['id']}")
    assert (after["case_id"], after["case_refused"], after["version"]) == (case_id, None, task["version"] + 1)
    refused = event("case.refused", task_id=other["id"], reason="already_monitored")
    assert (await deliver(common, refused)).status_code == 204
    after = await got(common.bureau, f"/v1/tasks/{other['id']}")
    assert (after["case_id"], after["case_refused"]) == (None, "already_monitored")


async def test_a_task_shows_the_household_that_was_registered(common: County) -> None:
    task = await common.new_task(registered(household_id=None, person_id=None, household_type=None))
    assert task["household_id"] is None
    household_id = str(uuid4())
    told = event("household.registered", task_id=task["id"], household_id=household_id)
    for body in (told, told, event("household.registered", task_id=task["id"], household_id=str(uuid4()))):
        assert (await deliver(common, body)).status_code == 204
    after = await got(common.bureau, f"/v1/tasks/{task['id']}")
    assert (after["household_id"], after["case_id"]) == (household_id, None)
    assert after["version"] == task["version"] + 1


async def test_a_case_tells_the_household_that_was_registered_for_it(common: County) -> None:
    task = await common.new_task(registered(household_id=None, person_id=None, household_type=None))
    household_id, case_id = str(uuid4()), str(uuid4())
    opened = event("case.opened", task_id=task["id"], case_id=case_id, household_id=household_id)
    assert (await deliver(common, opened)).status_code == 204
    after = await got(common.bureau, f"/v1/tasks/{task['id']}")
    assert (after["household_id"], after["case_id"]) == (household_id, case_id)


async def test_a_parameter_is_kept_once(common: County) -> None:
    changed = event(
        "parameter.changed",
        name="answer_days",
        version=2,
        valid_from="2026-11-01",
        value=20,
        source="文件",
        set_by="县里",
        set_at="2026-11-01T09:00:00+08:00",
    )
    for body in (changed, changed, {**changed, "id": str(uuid4())}):
        assert (await deliver(common, body)).status_code == 204
    async with common.running.context.begin(COUNTY) as tx:
        found = await parameter(tx, "answer_days")
        earlier = await parameter(tx, "answer_days", date(2026, 10, 31))
    assert (found.version, found.value, earlier.version, earlier.value) == (2, 20, 1, 15)


@pytest.mark.parametrize(
    "body",
    [
        event("case.opened"),
        event("case.opened", task_id="x", case_id=str(uuid4())),
        event("case.refused", task_id=str(uuid4())),
        event("household.registered", task_id=str(uuid4())),
        event("case.refused", task_id=str(uuid4()), reason={"a": 1}),
        event("parameter.changed", name="answer_days"),
        event("parameter.changed", name=1, version="x", valid_from="?", value=None),
        {**event("case.opened"), "countycode": "231281"},
        {**event("case.opened"), "id": "1"},
        {**event("case.opened"), "data": []},
        {**event("case.opened"), "sequence": -1},
        {},
        [],
    ],
)
async def test_a_malformed_event_has_no_effect_and_may_come_again(common: County, body: Any) -> None:
    assert problem(await deliver(common, body))[0] == 422
    async with common.owner() as owner:
        known = "SELECT count(*) FROM warning.inbox_event WHERE event_id::text = $1"
        assert await owner.fetchval(known, body["id"] if isinstance(body, dict) and "id" in body else "") == 0


async def test_other_types_are_passed_over(common: County) -> None:
    assert (await deliver(common, event("card.issued", anything=1))).status_code == 204
    assert (
        await deliver(common, event("case.opened", task_id=None, case_id=str(uuid4())))
    ).status_code == 204


async def test_only_our_own_services_deliver(common: County) -> None:
    for client in (common.bureau, common.yb, common.township, common.caller("system", "SYS")):
        assert problem(await client.post("/v1/events", json=event("case.opened")))[0] == 403
