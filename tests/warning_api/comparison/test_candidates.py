"""Uncertain matches and who decides them."""

from typing import Any
from uuid import uuid4

import httpx

from tests.factories.warnings import OTHER_VILLAGE, new_id_number, record, registered
from tests.warning_api.conftest import County, got, problem


async def uncertain(county: County, name: str, *options: dict[str, Any]) -> dict[str, Any]:
    """An undecided candidate with these options."""
    county.registry.candidates[name] = [
        {"score": 0.7, "reasons": ["name", "village"], **option} for option in options
    ]
    batch = await county.push(county.yb, name, [record(name, name=name, id_number=new_id_number())])
    assert batch["matches"] == {"candidate": 1}
    (found,) = [
        c for c in (await got(county.bureau, "/v1/candidates"))["items"] if c["subject"]["name"] == name
    ]
    return found


async def decide(
    county: County, candidate: dict[str, Any], person: str | None, if_match: str | None = ""
) -> httpx.Response:
    etag = f'"{candidate["version"]}"' if if_match == "" else if_match
    headers = {} if etag is None else {"If-Match": etag}
    return await county.bureau.post(
        f"/v1/candidates/{candidate['id']}/decision", json={"person_id": person}, headers=headers
    )


async def test_a_person_decides_who_it_is(common: County) -> None:
    option = registered(OTHER_VILLAGE, household_type="low_income")
    candidate = await uncertain(common, "甲一", option, registered())
    assert candidate["options"][0]["reasons"] == ["name", "village"]
    assert candidate["subject"]["id_number"] == "231226************"
    person = option["person_id"]
    assert problem(await decide(common, candidate, person, None)) == (428, "if_match_required")
    assert problem(await decide(common, candidate, person, '"9"')) == (412, "stale_version")
    assert problem(await decide(common, candidate, str(uuid4()))) == (422, "not_an_option")
    decided = await decide(common, candidate, person)
    assert (decided.status_code, decided.json()["match"]) == (200, "low_income")
    assert decided.headers["ETag"] == f'"{decided.json()["version"]}"'
    assert problem(await decide(common, candidate, person)) == (412, "stale_version")
    assert problem(await decide(common, candidate, None, "*")) == (409, "candidate_already_decided")
    warnings = (await got(common.bureau, "/v1/warnings", match="low_income", limit=500))["items"]
    (warning,) = [warning for warning in warnings if warning["id"] == candidate["warning_id"]]
    task = await got(common.other_township, f"/v1/tasks/{warning['task_id']}")
    assert (task["state"], task["household_id"]) == ("pending", option["household_id"])
    assert candidate["id"] not in [c["id"] for c in (await got(common.bureau, "/v1/candidates"))["items"]]


async def test_nobody_of_the_options(common: County) -> None:
    candidate = await uncertain(common, "乙二", registered())
    decided = await decide(common, candidate, None)
    assert decided.json()["match"] == "unregistered"
    (task,) = [
        task
        for task in await common.tasks(common.township)
        if task["clues"][0]["warning_id"] == candidate["warning_id"]
    ]
    assert task["household_id"] is None


async def test_a_decided_clue_joins_the_households_open_task(common: County) -> None:
    household = registered()
    task = await common.new_task(household)
    candidate = await uncertain(common, "丙三", {**registered(), "household_id": household["household_id"]})
    await decide(common, candidate, candidate["options"][0]["person_id"])
    joined = await got(common.township, f"/v1/tasks/{task['id']}")
    assert candidate["warning_id"] in [clue["warning_id"] for clue in joined["clues"]]
    assert joined["version"] > task["version"]


async def test_the_batch_follows(common: County) -> None:
    candidate = await uncertain(common, "丁四", registered())
    batches = (await got(common.yb, "/v1/batches", limit=500))["items"]
    (batch,) = [batch for batch in batches if batch["batch_no"] == "丁四"]
    assert batch["state"] == "compared"
    await decide(common, candidate, None)
    answer = await common.yb.get(f"/v1/batches/{batch['id']}")
    after = answer.json()
    assert answer.headers["ETag"] == f'"{after["version"]}"'
    assert (after["state"], after["matches"]) == ("dispatched", {"unregistered": 1})
    assert after["version"] > batch["version"]


async def test_who_may_decide_what(common: County) -> None:
    candidate = await uncertain(common, "戊五", registered())
    for client in (common.yb, common.township):
        assert problem(await client.get("/v1/candidates"))[0] == 403
    elsewhere = common.caller("county", "NYNC", "231281")
    path = f"/v1/candidates/{candidate['id']}/decision"
    foreign = await elsewhere.post(path, json={"person_id": None})
    assert problem(foreign) == (404, "not_found")
    for body in ({}, {"person_id": "x"}, {"person_id": 1}, []):
        answer = await common.bureau.post(path, json=body)
        assert problem(answer)[0] == 422
    unknown = await common.bureau.post(f"/v1/candidates/{uuid4()}/decision", json={"person_id": None})
    assert problem(unknown) == (404, "not_found")
