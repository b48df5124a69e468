"""Somebody who is not in the registry is registered from the visit."""

from typing import Any

import orjson

from tests.factories.warnings import new_id_number, record
from tests.warning_api.conftest import County, got, problem


async def unregistered(county: County) -> dict[str, Any]:
    """A task about somebody whom the registry does not know."""
    number = new_id_number()
    batch = await county.push(county.yb, number, [record(number, id_number=number)])
    (warning,) = await county.warnings(batch)
    assert warning["match"] == "unregistered"
    return await got(county.township, f"/v1/tasks/{warning['task_id']}")


async def told(county: County, task: dict[str, Any]) -> dict[str, Any]:
    """What household_api is told of the visit."""
    async with county.owner() as connection:
        data = await connection.fetchval(
            "SELECT data FROM warning.outbox_event WHERE subject = $1 AND type = 'bihuan.task.verified'",
            f"task/{task['id']}",
        )
    found: dict[str, Any] = orjson.loads(data)
    return found


async def test_the_registry_is_told_to_register_and_may_ask_for_the_address(common: County) -> None:
    task = await unregistered(common)
    wanted = {"household_type": "lifted", "address": "东屯 3 号"}
    verdict = await common.verify(task, "no_risk", register=wanted)
    assert verdict["status"] == "accepted", verdict
    data = await told(common, task)
    assert (data["register_as"], data["household_id"], data["outcome"]) == ("lifted", None, "no_risk")
    assert "东屯" not in orjson.dumps(data).decode()
    household = common.caller("service", "", "", name="service:household_api")
    subject = await got(household, f"/v1/tasks/{task['id']}/subject", county="231226")
    assert subject["address"] == "东屯 3 号"
    assert (await common.verify(task, "no_risk", register=wanted))["status"] == "unchanged"
    assert (await common.verify(task, "no_risk"))["errors"][0]["code"] == "already_verified"


async def test_true_is_enough(common: County) -> None:
    task = await unregistered(common)
    assert (await common.verify(task, "already_covered", register=True))["status"] == "accepted"
    assert (await told(common, task))["register_as"] == "ordinary"
    other = await unregistered(common)
    assert (await common.verify(other, "no_risk"))["status"] == "accepted"
    assert (await told(common, other))["register_as"] is None


async def test_what_cannot_be_registered_is_refused(common: County) -> None:
    task = await unregistered(common)
    moved = await common.verify(task, "moved", register=True)
    assert [error["code"] for error in moved["errors"]] == ["nobody_to_register"]
    for wanted in ("yes", {"household_type": "rich"}, [1]):
        assert (await common.verify(task, "no_risk", register=wanted))["status"] == "rejected"
    known = await common.new_task()
    refused = await common.verify(known, "no_risk", register=True)
    assert [error["code"] for error in refused["errors"]] == ["already_registered"]
    assert problem(await common.yb.get(f"/v1/tasks/{task['id']}/subject"))[0] == 403
