"""Re-checks over HTTP: the sample, the second visits, and what both visits together come to."""

import asyncio
import hashlib
from typing import Any
from uuid import uuid4

import pytest

from tests.factories.warnings import CYCLE, OTHER_VILLAGE, VILLAGE, new_id_number, record, registered, visit
from tests.warning_api.conftest import County, got, problem


async def verified(
    county: County, count: int, outcome: str = "no_risk", **fields: Any
) -> list[dict[str, Any]]:
    """Tasks of the first township that have been answered."""
    tasks = [await county.new_task() for _ in range(count)]
    for task in tasks:
        assert (await county.verify(task, outcome, **fields))["status"] == "accepted"
    return tasks


async def draw(county: County, **order: Any) -> dict[str, Any]:
    made = await county.bureau.post("/v1/rechecks", json={"cycle": CYCLE, "share": "1", **order})
    assert made.status_code == 201, made.text
    answer: dict[str, Any] = made.json()
    return answer


async def second(county: County, recheck: dict[str, Any], first: dict[str, Any]) -> dict[str, Any]:
    """The task that visits ``first`` again."""
    again = dict(zip(recheck["task_ids"], recheck["recheck_task_ids"], strict=True))[first["id"]]
    return await got(county.township, f"/v1/tasks/{again}")


async def visit_again(county: County, task: dict[str, Any], outcome: str, **fields: Any) -> dict[str, Any]:
    return await county.verify(task, outcome, **{"verifiers": ["赵六"], **fields})


async def test_a_sample_becomes_tasks_of_its_own_for_the_township(county: County) -> None:
    firsts = await verified(county, 5)
    recheck = await draw(county, share=0.5)
    assert (recheck["population"], recheck["sample"], recheck["done"]) == (5, 3, 0)
    assert recheck["by_stratum"] == [
        {
            "stratum": {"township": "231226100"},
            "population": 5,
            "sample": 3,
            "done": 0,
            "agreed": 0,
            "disagreed": 0,
        }
    ]
    ids = sorted(task["id"] for task in firsts)
    digests = sorted(ids, key=lambda id_: hashlib.sha256(f"{recheck['seed']}|{id_}".encode()).hexdigest())
    assert sorted(recheck["task_ids"]) == sorted(digests[:3])
    assert (
        recheck["population_sha256"]
        == hashlib.sha256("".join(f"{id_}\n" for id_ in ids).encode()).hexdigest()
    )
    tasks = {task["id"]: task for task in await county.tasks(county.township)}
    for first, again in zip(recheck["task_ids"], recheck["recheck_task_ids"], strict=True):
        made = tasks[again]
        assert (made["origins"], made["clues"], made["state"]) == (["recheck"], [], "pending")
        for kept in ("subject", "region_code", "township_code", "household_id", "household_type", "cycle"):
            assert made[kept] == tasks[first][kept]
        assert [kind for kind, _ in await county.events(f"task/{again}")] == ["task.dispatched"]
    listed = await got(county.township, f"/v1/lists/{CYCLE}/231226100")
    assert listed["total"] == 8


async def test_the_same_seed_and_tasks_give_the_same_sample(county: County) -> None:
    await verified(county, 8)
    order = {"cycle": CYCLE, "share": "0.25", "seed": "2026-q4", "strata": []}
    plans = [
        await county.bureau.post("/v1/rechecks", params={"dry_run": "true"}, json=order) for _ in range(2)
    ]
    assert [plan.status_code for plan in plans] == [200, 200]
    assert plans[0].json() == plans[1].json()
    assert (await got(county.bureau, "/v1/rechecks"))["items"] == []
    recheck = await draw(county, **{key: order[key] for key in ("share", "seed", "strata")})
    assert sorted(recheck["task_ids"]) == plans[0].json()["task_ids"]
    assert (recheck["seed"], recheck["seed_given"], recheck["sample"]) == ("2026-q4", True, 2)
    assert recheck["population_sha256"] == plans[0].json()["population_sha256"]


async def test_a_given_seed_draws_once(county: County) -> None:
    """In a month by the same share and strata, however often it is asked and in which order they are named."""
    await verified(county, 12)
    order = {"cycle": CYCLE, "share": "0.1", "seed": "2026-q4", "strata": ["township", "outcome"]}
    turned = {**order, "share": "0.100", "strata": ["outcome", "township"]}
    answers = await asyncio.gather(
        *(county.bureau.post("/v1/rechecks", json=each) for each in (order, turned, order))
    )
    (made,) = [answer.json() for answer in answers if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code != 201]
    assert [problem(answer) for answer in refused] == [(409, "recheck_exists")] * 2
    assert {answer.json()["id"] for answer in refused} == {made["id"]}
    for other in ({"seed": "2026-q5"}, {"share": "0.2"}, {"strata": ["township"]}, {"seed": None}):
        await draw(county, **{**order, **other})
    again = await county.bureau.post("/v1/rechecks", params={"dry_run": "true"}, json=order)
    assert again.status_code == 200


async def test_nobody_chooses_the_seed_that_is_not_given(county: County) -> None:
    await verified(county, 1)
    order = {"cycle": CYCLE, "share": "1"}
    seeds = {
        (await county.bureau.post("/v1/rechecks", params={"dry_run": "true"}, json=order)).json()["seed"]
        for _ in range(3)
    }
    assert len(seeds) == 3


async def test_every_stratum_gives_its_share(county: County) -> None:
    await verified(county, 2, "no_risk")
    await verified(county, 1, "moved")
    other = await county.new_task(registered(OTHER_VILLAGE, household_type="ordinary"), indicator="YB03")
    answer = await county.other_township.post("/v1/verifications", json={"items": [visit(other, "no_risk")]})
    assert answer.json()["accepted"] == 1
    recheck = await draw(
        county, share="0.1", strata=["township", "village", "outcome", "household_type", "indicator"]
    )
    told = {
        tuple(each["stratum"].values()): (each["population"], each["sample"])
        for each in recheck["by_stratum"]
    }
    assert told == {
        ("231226100", VILLAGE, "no_risk", "lifted", "YB01"): (2, 1),
        ("231226100", VILLAGE, "moved", "lifted", "YB01"): (1, 1),
        ("231226101", OTHER_VILLAGE, "no_risk", "ordinary", "YB03"): (1, 1),
    }
    by_department = await county.bureau.post(
        "/v1/rechecks", json={"cycle": CYCLE, "share": 1, "strata": "department"}
    )
    assert [each["stratum"] for each in by_department.json()["by_stratum"]] == [{"department": "YB"}]


async def test_a_task_is_drawn_once_and_a_recheck_never(county: County) -> None:
    firsts = await verified(county, 3)
    await county.new_task()
    recheck = await draw(county, share="0.5")
    for first in firsts:
        if first["id"] in recheck["task_ids"]:
            await visit_again(county, await second(county, recheck, first), "no_risk")
    rest = await draw(county)
    assert sorted(recheck["task_ids"] + rest["task_ids"]) == sorted(task["id"] for task in firsts)
    none_left = await county.bureau.post("/v1/rechecks", json={"cycle": CYCLE, "share": "1"})
    assert problem(none_left) == (409, "nothing_to_recheck")
    assert [item["id"] for item in (await got(county.bureau, "/v1/rechecks", cycle=CYCLE))["items"]] == [
        recheck["id"],
        rest["id"],
    ]


async def test_two_at_once_draw_no_task_twice(county: County) -> None:
    firsts = await verified(county, 6)
    order = {"cycle": CYCLE, "share": "0.5"}
    answers = await asyncio.gather(*(county.bureau.post("/v1/rechecks", json=order) for _ in range(3)))
    assert [answer.status_code for answer in answers] == [201] * 3
    drawn = [id_ for answer in answers for id_ in answer.json()["task_ids"]]
    assert len(drawn) == len(set(drawn))
    assert set(drawn) <= {task["id"] for task in firsts}


async def test_a_visitor_of_the_first_visit_does_not_visit_again(county: County) -> None:
    (first,) = await verified(county, 1, verifiers=["王五", "李四"])
    again = await second(county, await draw(county), first)
    refused = await county.verify(again, "no_risk", verifiers=["赵六", "王 五"])
    assert refused["status"] == "rejected"
    (error,) = refused["errors"]
    assert (error["field"], error["code"]) == ("verifiers", "same_visitor")
    assert "王 五" in error["message"]
    assert "赵六" not in error["message"]
    assert (await visit_again(county, again, "no_risk"))["status"] == "accepted"


async def test_agreement_leaves_what_was_answered(county: County) -> None:
    (first,) = await verified(county, 1)
    before = await got(county.bureau, f"/v1/tasks/{first['id']}")
    recheck = await draw(county)
    again = await second(county, recheck, first)
    assert (await visit_again(county, again, "no_risk"))["status"] == "accepted"
    assert await got(county.bureau, f"/v1/tasks/{first['id']}") == before
    assert (await got(county.bureau, f"/v1/tasks/{again['id']}"))["state"] == "closed"
    counted = await got(county.bureau, f"/v1/rechecks/{recheck['id']}")
    assert [counted[name] for name in ("sample", "done", "agreed", "disagreed")] == [1, 1, 1, 0]
    (task,) = (await got(county.bureau, f"/v1/rechecks/{recheck['id']}/tasks"))["items"]
    assert (task["first_outcome"], task["outcome"], task["agreed"]) == ("no_risk", "no_risk", True)


async def test_disagreement_returns_the_first_and_is_counted(county: County) -> None:
    firsts = await verified(county, 2)
    recheck = await draw(county)
    again = await second(county, recheck, firsts[0])
    assert (await visit_again(county, again, "risk_confirmed"))["status"] == "accepted"
    returned = await got(county.bureau, f"/v1/tasks/{firsts[0]['id']}")
    assert (returned["state"], returned["outcome"]) == ("returned", None)
    assert returned["clues"][0]["outcome"] is None
    assert (await got(county.bureau, f"/v1/tasks/{firsts[1]['id']}"))["state"] == "closed"
    counted = await got(county.bureau, f"/v1/rechecks/{recheck['id']}")
    assert [counted[name] for name in ("sample", "done", "agreed", "disagreed")] == [2, 1, 0, 1]
    # What the household is found to be is for the township to say, after another visit.
    assert (await county.verify(returned, "risk_confirmed"))["status"] == "accepted"
    outcomes = (await got(county.yb, "/v1/outcomes", cycle=CYCLE))["items"]
    by_task = {item["task_id"]: item["outcome"] for item in outcomes}
    assert by_task == {firsts[0]["id"]: "risk_confirmed", firsts[1]["id"]: "no_risk"}


async def test_a_task_that_was_returned_meanwhile_is_counted_and_left(county: County) -> None:
    (first,) = await verified(county, 1)
    recheck = await draw(county)
    again = await second(county, recheck, first)
    sent_back = await county.bureau.post(
        f"/v1/tasks/{first['id']}/return", json={"reason": "照片不清"}, headers={"If-Match": "*"}
    )
    assert sent_back.status_code == 200
    assert (await visit_again(county, again, "moved"))["status"] == "accepted"
    assert await got(county.bureau, f"/v1/tasks/{first['id']}") == sent_back.json()
    assert (await got(county.bureau, f"/v1/rechecks/{recheck['id']}"))["disagreed"] == 1


async def test_departments_and_statistics_do_not_notice(county: County) -> None:
    firsts = await verified(county, 3)
    outcomes = (await got(county.yb, "/v1/outcomes", cycle=CYCLE))["items"]
    loops = {
        by: await got(county.bureau, "/v1/statistics/loop", cycle=CYCLE, by=by)
        for by in ("township", "department", "indicator", "household_type")
    }
    recheck = await draw(county)
    for first in firsts:
        await visit_again(county, await second(county, recheck, first), "no_risk")
    assert (await got(county.yb, "/v1/outcomes", cycle=CYCLE))["items"] == outcomes
    assert (await got(county.yb, "/v1/warnings", cycle=CYCLE))["items"][0]["task_id"] in recheck["task_ids"]
    counted = (
        "filed",
        "compared",
        "dispatched",
        "received",
        "verified",
        "risk_confirmed",
        "fed_back",
        "closed",
    )
    for by, loop in loops.items():
        now = await got(county.bureau, "/v1/statistics/loop", cycle=CYCLE, by=by)
        assert [[row[name] for name in counted] for row in now["items"]] == [
            [row[name] for name in counted] for row in loop["items"]
        ]


async def test_a_clue_that_comes_during_a_recheck_gets_a_task_of_its_own(county: County) -> None:
    number = new_id_number()
    county.registry.persons[number] = registered()
    await county.push(county.yb, "first", [record("1", id_number=number)])
    (first,) = await county.tasks(county.township)
    await county.verify(first, "no_risk")
    recheck = await draw(county)
    await county.push(county.zj, "second", [record("2", id_number=number, indicator="ZJ01")])
    again = await second(county, recheck, first)
    assert again["clues"] == []
    (other,) = [
        task for task in await county.tasks(county.township) if task["id"] not in (first["id"], again["id"])
    ]
    assert (other["origins"], len(other["clues"])) == (["department"], 1)
    # The first task, returned, takes what comes from now on, though two others came after it.
    await county.verify(other, "no_risk")
    await visit_again(county, again, "moved")
    await county.push(county.zj, "third", [record("3", id_number=number, indicator="ZJ02")])
    assert len((await got(county.township, f"/v1/tasks/{first['id']}"))["clues"]) == 2


async def test_only_the_county_draws_and_looks(county: County) -> None:
    await verified(county, 1)
    recheck = await draw(county)
    for client in (county.township, county.yb, county.caller("supervisor", "SJ", "2312")):
        answer = await client.post("/v1/rechecks", json={"cycle": CYCLE, "share": "1"})
        assert problem(answer) == (403, "insufficient_scope")
        assert problem(await client.get(f"/v1/rechecks/{recheck['id']}")) == (403, "insufficient_scope")
    missing = await county.bureau.get(f"/v1/rechecks/{uuid4()}")
    assert problem(missing) == (404, "recheck_not_found")


@pytest.mark.parametrize(
    "order",
    [
        {"share": "0"},
        {"share": "-0.1"},
        {"share": "1.01"},
        {"share": "nan"},
        {"share": "many"},
        {"share": None},
        {"cycle": "2026-13"},
        {"strata": ["name"]},
        {"strata": ["township"] * 50},
        {"seed": "a|b"},
        {"seed": ""},
    ],
)
async def test_what_cannot_be_drawn_is_refused(common: County, order: dict[str, Any]) -> None:
    answer = await common.bureau.post("/v1/rechecks", json={"cycle": CYCLE, "share": "0.1", **order})
    assert answer.status_code == 422, answer.text


async def test_the_same_key_draws_once(county: County) -> None:
    await verified(county, 4)
    order = {"cycle": CYCLE, "share": "0.25"}
    answers = [
        await county.bureau.post("/v1/rechecks", json=order, headers={"Idempotency-Key": "draw-1"})
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert len((await got(county.bureau, "/v1/rechecks"))["items"]) == 1


async def test_answers_of_both_visits_at_once_do_not_wait_for_each_other_for_ever(county: County) -> None:
    firsts = await verified(county, 2)
    recheck = await draw(county)
    agains = [await second(county, recheck, first) for first in firsts]
    disagreeing = [visit(task, "moved", verifiers=["赵六"]) for task in agains]
    repeated = [visit(task, "no_risk") for task in firsts]
    answers = await asyncio.gather(
        *(
            county.township.post("/v1/verifications", json={"items": items})
            for items in ([repeated[0], disagreeing[1]], [repeated[1], disagreeing[0]])
        )
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    assert (await got(county.bureau, f"/v1/rechecks/{recheck['id']}"))["disagreed"] == 2
