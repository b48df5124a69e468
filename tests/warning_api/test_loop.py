"""One warning goes all the way: pushed, filed, compared, dispatched, verified, fed back, answered, closed."""

from tests.factories.warnings import TODAY, id_number, record, registered
from tests.warning_api.conftest import County


async def test_a_confirmed_risk_goes_round_the_loop(county: County) -> None:
    county.registry.persons[id_number(1)] = registered()
    batch = await county.push(county.yb, "B1", [record("1"), record("2", indicator="门诊自付费用较高")])
    assert (batch["received"], batch["accepted"], batch["state"]) == (2, 2, "dispatched")
    assert batch["matches"] == {"lifted": 2}
    (task,) = await county.tasks(county.township, cycle="2026-11")
    assert [clue["indicator"] for clue in task["clues"]] == ["YB01", "YB02"]
    assert task["subject"] == {
        "name": "张三",
        "id_number": "231226************",
        "address": "绥棱镇东方红村委会",
    }
    assert task["state"] == "pending"
    received = await county.township.put("/v1/lists/2026-11/231226100/receipt")
    assert received.json()["states"] == {"received": 1}
    answer = {
        "task_id": task["id"],
        "outcome": "risk_confirmed",
        "visited_on": TODAY,
        "verifiers": ["王五", "李四"],
        "risk_types": ["illness"],
        "per_capita_income": "6000.00",
        "guarantees": {"housing": True},
        "version": task["version"],
    }
    done = await county.township.post("/v1/verifications", json={"items": [answer]})
    (item,) = done.json()["items"]
    assert (item["task_id"], item["status"], item["errors"]) == (task["id"], "accepted", [])
    again = await county.township.post("/v1/verifications", json={"items": [answer]})
    assert again.json()["items"][0]["status"] == "unchanged"
    outcomes = (await county.yb.get("/v1/outcomes", params={"cycle": "2026-11"})).json()["items"]
    assert [o["outcome"] for o in outcomes] == ["risk_confirmed", "risk_confirmed"]
    assert outcomes[0]["answer_due_on"] == "2026-11-23"
    receipts = [
        {"warning_id": o["warning_id"], "measure": "医疗救助", "done_on": TODAY, "amount": "800.00"}
        for o in outcomes
    ]
    answered = await county.yb.post("/v1/policy-receipts", json={"items": receipts})
    assert answered.json()["accepted"] == 2
    (task,) = await county.tasks(county.township, cycle="2026-11")
    assert task["state"] == "closed"
    assert (await county.yb.get(f"/v1/batches/{batch['id']}")).json()["state"] == "closed"
    (row,) = (await county.bureau.get("/v1/statistics/loop", params={"cycle": "2026-11"})).json()["items"]
    assert (row["filed"], row["tasks"], row["verified"], row["closed"]) == (2, 1, 2, 2)


async def test_outcomes_that_need_nothing_close_at_acceptance(county: County) -> None:
    await county.push(county.yb, "B1", [record("1")])
    (task,) = await county.tasks(county.township)
    assert task["household_id"] is None
    answer = {"task_id": task["id"], "outcome": "no_risk", "visited_on": TODAY, "verifiers": ["王五"]}
    await county.township.post("/v1/verifications", json={"items": [answer]})
    (outcome,) = (await county.yb.get("/v1/outcomes")).json()["items"]
    assert (outcome["outcome"], outcome["state"], outcome["answer_due_on"]) == ("no_risk", "closed", None)


async def test_clues_of_two_departments_make_one_visit(county: County) -> None:
    county.registry.persons[id_number(1)] = registered()
    await county.push(county.yb, "B1", [record("1")])
    (first,) = await county.tasks(county.township)
    await county.push(county.zj, "B1", [record("9", indicator="ZJ01", amount=None)])
    (task,) = await county.tasks(county.township)
    assert task["id"] == first["id"]
    assert {clue["org_code"] for clue in task["clues"]} == {"YB", "ZJ"}
    assert task["version"] > first["version"]
    stale = {
        "task_id": task["id"],
        "outcome": "no_risk",
        "visited_on": TODAY,
        "verifiers": ["王五"],
        "version": first["version"],
    }
    refused = await county.township.post("/v1/verifications", json={"items": [stale]})
    assert refused.json()["items"][0]["errors"][0]["code"] == "stale_version"


async def test_a_clue_after_the_verification_opens_a_follow_up(county: County) -> None:
    county.registry.persons[id_number(1)] = registered()
    await county.push(county.yb, "B1", [record("1")])
    (first,) = await county.tasks(county.township)
    answer = {"task_id": first["id"], "outcome": "no_risk", "visited_on": TODAY, "verifiers": ["王五"]}
    await county.township.post("/v1/verifications", json={"items": [answer]})
    await county.push(county.zj, "B1", [record("9", indicator="ZJ02", amount=None)])
    tasks = await county.tasks(county.township)
    assert [task["state"] for task in tasks] == ["closed", "pending"]
