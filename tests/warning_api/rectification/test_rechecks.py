"""Sampled re-checks of accepted problems."""

import asyncio
from typing import Any

import httpx
import pytest

from services.warning_api.sampling import draw
from tests.factories.warnings import OTHER_VILLAGE
from tests.warning_api.conftest import County, got, problem
from tests.warning_api.rectification.test_problems import checker, filed, step


async def accepted(county: County, **fields: Any) -> dict[str, Any]:
    found = await filed(county, source="quality", **{"org_code": None, **fields})
    client = county.other_township if found["township_code"] == "231226101" else county.township
    await step(client, found, "rectified")
    answer = await step(county.bureau, found, "accepted")
    assert answer.json()["state"] == "accepted", answer.text
    body: dict[str, Any] = answer.json()
    return body


async def judge(
    client: httpx.AsyncClient, recheck: dict[str, Any], problem_id: str, result: str, **fields: Any
) -> httpx.Response:
    path = f"/v1/problem-rechecks/{recheck['id']}/items/{problem_id}/result"
    return await client.post(path, json={"result": result, **fields}, headers={"If-Match": "*"})


async def test_a_sample_is_drawn_by_its_seed_and_a_failure_opens_the_problem_again(county: County) -> None:
    nothing = await county.bureau.post("/v1/problem-rechecks", json={"size": 1})
    assert problem(nothing) == (409, "nothing_to_recheck")
    here = [await accepted(county) for _ in range(4)]
    there = [await accepted(county, region_code=OTHER_VILLAGE) for _ in range(2)]
    await filed(county)
    answer = await county.bureau.post("/v1/problem-rechecks", json={"share": "0.5"})
    assert answer.status_code == 201, answer.text
    recheck = answer.json()
    assert recheck["drawn"] == {
        "231226100": {"held": 4, "drawn": 2},
        "231226101": {"held": 2, "drawn": 1},
    }
    strata = {"231226100": [f["id"] for f in here], "231226101": [f["id"] for f in there]}
    again = draw(strata, recheck["seed"], size=3)
    assert [item["problem_id"] for item in recheck["items"]] == again["231226100"] + again["231226101"]

    first, second = again["231226100"]
    assert problem(await judge(county.bureau, recheck, first, "passed")) == (409, "same_person")
    passed = await judge(checker(county), recheck, first, "passed")
    assert (passed.json()["passed"], passed.json()["waiting"]) == (1, 2)
    assert problem(await judge(checker(county), recheck, first, "passed")) == (409, "already_rechecked")
    assert problem(await judge(checker(county), recheck, second, "failed")) == (422, "text_required")
    failed = await judge(checker(county), recheck, second, "failed", text="救助金未到账")
    assert failed.json()["failed"] == 1
    opened = await got(county.township, f"/v1/problems/{second}")
    assert (opened["state"], opened["history"][-1]["text"]) == ("returned", "救助金未到账")
    outside = (set(strata["231226100"]) - {first, second}).pop()
    assert problem(await judge(checker(county), recheck, outside, "passed"))[0] == 404
    rows = (await got(county.bureau, "/v1/statistics/problems", by="township"))["items"]
    counted = {row["key"]: (row["rechecked"], row["recheck_failed"]) for row in rows}
    assert counted["231226100"] == (2, 1)

    rest = await county.bureau.post("/v1/problem-rechecks", json={"share": "1"})
    drawn = {item["problem_id"] for item in rest.json()["items"]}
    assert drawn == {f["id"] for f in here + there} - set(again["231226100"]) - set(again["231226101"])
    listed = await got(county.bureau, "/v1/problem-rechecks")
    assert [row["id"] for row in listed["items"]] == [recheck["id"], rest.json()["id"]]


@pytest.mark.parametrize(
    "body", [{}, {"size": 1, "share": "0.5"}, {"size": 0}, {"share": "1.1"}, {"size": 1, "strata": []}]
)
async def test_what_is_no_sample(common: County, body: dict[str, Any]) -> None:
    assert problem(await common.bureau.post("/v1/problem-rechecks", json=body))[0] == 422


async def test_only_the_county_draws(common: County) -> None:
    for client in (common.yb, common.township):
        assert problem(await client.post("/v1/problem-rechecks", json={"size": 1}))[0] == 403


async def test_samples_that_are_drawn_at_once_share_no_problem(county: County) -> None:
    for _ in range(3):
        await accepted(county)
    answers = await asyncio.gather(
        *(county.bureau.post("/v1/problem-rechecks", json={"share": "1"}) for _ in range(6))
    )
    (drawn,) = [answer.json() for answer in answers if answer.status_code == 201]
    assert len(drawn["items"]) == 3
    assert {problem(answer) for answer in answers if answer.status_code != 201} == {
        (409, "nothing_to_recheck")
    }
