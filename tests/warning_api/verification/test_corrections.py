"""A township corrects what it has answered: who may, and until when."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.factories.warnings import visit
from tests.warning_api.conftest import County, MakeCounty, got
from tests.warning_api.feedback.test_events import deliver, event


async def now(county: County, task: dict[str, Any]) -> dict[str, Any]:
    return await got(county.township, f"/v1/tasks/{task['id']}")


async def outcome(county: County, task: dict[str, Any]) -> dict[str, Any]:
    return await got(county.yb, f"/v1/outcomes/{task['clues'][0]['warning_id']}")


def code(item: dict[str, Any]) -> str | None:
    return item["errors"][0]["code"] if item["errors"] else None


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [
        ("no_risk", "risk_confirmed", "fed_back"),
        ("no_risk", "moved", "closed"),
        ("needs_department", "no_risk", "closed"),
    ],
)
async def test_with_the_present_version_it_is_a_correction(
    common: County, first: str, second: str, state: str
) -> None:
    task = await common.new_task()
    taken = await common.verify(task, first, needs_org="ZJ" if first == "needs_department" else None)
    for stale in (None, task["version"]):
        refused = await common.verify(task, second, version=stale)
        assert (refused["status"], code(refused)) == ("rejected", "already_verified")
        assert refused["answer"]["outcome"] == first
    corrected = await common.verify(task, second, version=taken["version"], note="更正")
    assert (corrected["status"], corrected["version"]) == ("accepted", taken["version"] + 1)
    told = await outcome(common, task)
    assert (told["outcome"], told["state"], told["needs_org"]) == (second, state, None)
    assert (await now(common, task))["state"] == ("closed" if state == "closed" else "verified")
    assert (await common.verify(task, second, version=taken["version"], note="更正"))["status"] == "unchanged"
    sequences = [sequence for _, sequence in await common.events(f"task/{task['id']}")]
    assert sequences == sorted(set(sequences))
    async with common.owner() as owner:
        visits = await owner.fetch(
            "SELECT outcome FROM warning.verification WHERE task_id = $1 ORDER BY id", task["id"]
        )
        audited = await owner.fetch(
            "SELECT action FROM warning.audit_entry WHERE subject = $1 ORDER BY id", f"task/{task['id']}"
        )
    assert [row["outcome"] for row in visits] == [first, second]
    assert [row["action"] for row in audited] == ["task.verified", "task.answer_corrected"]


async def test_another_detail_changes_no_clock(county: County, make_county: MakeCounty) -> None:
    task = await county.new_task()
    await county.verify(task, "needs_department", needs_org="SW")
    before, verified = await outcome(county, task), await now(county, task)
    later = await make_county(now=datetime.fromisoformat("2026-11-10T09:00:00+08:00"), beside=county)
    item = await later.verify(
        task, "needs_department", needs_org="SW", note="水井干涸", version=verified["version"]
    )
    assert item["status"] == "accepted"
    after = await outcome(later, task)
    assert (after["answer_due_on"], after["decided_on"]) == (before["answer_due_on"], before["decided_on"])
    assert (await now(later, task))["verified_at"] == verified["verified_at"]


async def test_until_some_days_after_the_first_answer(county: County, make_county: MakeCounty) -> None:
    task = await county.new_task()
    await county.verify(task, "no_risk")
    for day, expected in (("2026-11-11", None), ("2026-11-12", "correction_closed")):
        later = await make_county(now=datetime.fromisoformat(f"{day}T09:00:00+08:00"), beside=county)
        version = (await now(later, task))["version"]
        item = await later.verify(task, "moved", note=day, version=version)
        assert code(item) == expected, day
    assert "2026-11-11" in item["errors"][0]["message"]
    assert "县里退回" in item["errors"][0]["message"]


async def test_until_the_county_has_reviewed(county: County) -> None:
    await county.set_parameter("review_feedback", "true")
    task = await county.new_task()
    taken = await county.verify(task, "no_risk")
    corrected = await county.verify(task, "risk_confirmed", version=taken["version"])
    assert corrected["status"] == "accepted"
    assert (await outcome(county, task))["outcome"] is None
    accepted = await county.bureau.post(f"/v1/tasks/{task['id']}/acceptance", headers={"If-Match": "*"})
    assert (await outcome(county, task))["outcome"] == "risk_confirmed"
    item = await county.verify(task, "no_risk", version=accepted.json()["version"])
    assert code(item) == "already_accepted"


async def test_until_the_department_has_answered(common: County) -> None:
    task = await common.new_task()
    await common.verify(task, "needs_department", needs_org="ZJ")
    await common.answer(common.zj, task["clues"][0]["warning_id"])
    item = await common.verify(task, "no_risk", version=(await now(common, task))["version"])
    assert code(item) == "department_answered"


async def test_no_case_is_left_behind(common: County) -> None:
    """Who visited and what they noted may be corrected; what the case was opened with only by a return. A case that
    was refused holds up nothing."""
    task = await common.new_task()
    await common.verify(task, "risk_confirmed", risk_types=["illness"])
    version = (await now(common, task))["version"]
    for change in (
        {"outcome": "no_risk"},
        {"risk_types": ["illness", "disability"]},
        {"per_capita_income": "6000"},
    ):
        item = {**visit(task, "risk_confirmed", risk_types=["illness"], version=version), **change}
        answer = await common.township.post("/v1/verifications", json={"items": [item]})
        assert code(answer.json()["items"][0]) == "case_opened", change
    noted = await common.verify(
        task, "risk_confirmed", risk_types=["illness"], verifiers=["王五", "赵六"], version=version
    )
    assert noted["status"] == "accepted"
    refused = event("case.refused", task_id=task["id"], reason="already_monitored")
    assert (await deliver(common, refused)).status_code == 204
    item = await common.verify(task, "already_covered", version=(await now(common, task))["version"])
    assert item["status"] == "accepted"
    assert (await outcome(common, task))["state"] == "closed"


async def test_a_case_that_was_opened_keeps_the_outcome(common: County) -> None:
    task = await common.new_task()
    await common.verify(task, "risk_confirmed")
    opened = event("case.opened", task_id=task["id"], case_id=str(uuid4()))
    assert (await deliver(common, opened)).status_code == 204
    item = await common.verify(task, "no_risk", version=(await now(common, task))["version"])
    assert code(item) == "case_opened"


async def test_two_officers_at_once(common: County) -> None:
    """Whoever comes second is told what the first has said, however close they come."""
    other = common.caller("township", "231226100", "231226100", name="second-officer")
    for _ in range(5):
        task = await common.new_task()
        items = [
            visit(task, "no_risk", version=task["version"]),
            visit(task, "moved", version=task["version"]),
        ]
        answers = await asyncio.gather(
            *(
                client.post("/v1/verifications", json={"items": [item]})
                for client, item in zip((common.township, other), items, strict=True)
            )
        )
        results = [answer.json()["items"][0] for answer in answers]
        assert sorted(result["status"] for result in results) == ["accepted", "rejected"]
        (winner,) = [n for n, result in enumerate(results) if result["status"] == "accepted"]
        loser = results[1 - winner]
        assert code(loser) == "already_verified"
        assert loser["answer"]["outcome"] == items[winner]["outcome"]
        assert (await now(common, task))["outcome"] == items[winner]["outcome"]


async def test_two_uploads_of_the_same_tasks_in_opposite_order(common: County) -> None:
    tasks = [await common.new_task() for _ in range(8)]
    other = common.caller("township", "231226100", "231226100", name="second-officer")
    answers = await asyncio.gather(
        common.township.post("/v1/verifications", json={"items": [visit(task) for task in tasks]}),
        other.post("/v1/verifications", json={"items": [visit(task, "moved") for task in reversed(tasks)]}),
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    assert sorted(answer.json()["accepted"] for answer in answers) == [0, 8]


async def test_what_a_county_asks_for(county: County) -> None:
    await county.set_parameter(
        "outcome_needs", '{"risk_confirmed": ["risk_types", "guarantees", "clues"], "moved": ["note"]}'
    )
    await county.set_parameter("minimum_verifiers_confirmed", "2")
    task = await county.new_task()
    fields: dict[str, Any] = {"verifiers": ["王五", " 王五 "], "guarantees": {"water": True}}
    item = await county.verify(task, "risk_confirmed", **fields)
    assert [error["field"] for error in item["errors"]] == ["verifiers", "risk_types", "guarantees"]
    assert "确认有风险" in item["errors"][1]["message"]
    assert [error["field"] for error in (await county.verify(task, "moved"))["errors"]] == ["note"]
    whole = dict.fromkeys(("compulsory_education", "basic_medical", "housing", "water"), True)
    fields = {"verifiers": ["王五", "赵六"], "guarantees": whole, "risk_types": ["illness"]}
    assert (await county.verify(task, "risk_confirmed", **fields))["status"] == "accepted"
    assert (await county.verify(await county.new_task(), "no_risk"))["status"] == "accepted"
