"""What an answer must hold, without a database."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.warning_api.verification.rules import CountyRules, TaskFacts, Verdict, judge, same_answer
from services.warning_api.verification.schemas import VerificationItem

TASK, CLUE = uuid4(), uuid4()
RULES = CountyRules(date(2026, 11, 12), {"YB": "医保局", "ZJ": "住建局"}, 2)
# At night in Shanghai it is still the day before in UTC.
DISPATCHED = datetime.fromisoformat("2026-11-09T17:00:00+00:00")


def verdict(state: str = "received", answer: dict[str, Any] | None = None, **fields: Any) -> Verdict:
    household_id = fields.pop("household_id", None)
    item = {
        "task_id": TASK,
        "outcome": "no_risk",
        "visited_on": "2026-11-11",
        "verifiers": ["甲", "乙"],
        **fields,
    }
    row = {
        "state": state,
        "cycle": "2026-11",
        "version": 5,
        "content_version": 3,
        "dispatched_at": DISPATCHED,
        "household_id": household_id,
    }
    return judge(VerificationItem.model_validate(item), TaskFacts(row, {CLUE}, answer), RULES)


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({}, []),
        ({"visited_on": "2026-11-10"}, []),
        ({"visited_on": "2026-11-12"}, []),
        ({"visited_on": "2026-11-13"}, ["date_in_future"]),
        ({"visited_on": "2026-11-09"}, ["before_dispatch"]),
        ({"version": 3}, []),
        ({"version": 9}, []),
        ({"version": 2}, ["stale_version"]),
        ({"outcome": "needs_department"}, ["missing"]),
        ({"outcome": "needs_department", "needs_org": "XX"}, ["unknown_department"]),
        ({"outcome": "needs_department", "needs_org": "ZJ"}, []),
        ({"clues": [{"warning_id": CLUE, "outcome": "needs_department"}]}, ["missing"]),
        ({"clues": [{"warning_id": uuid4(), "outcome": "moved"}]}, ["foreign_clue"]),
        ({"clues": [{"warning_id": CLUE, "outcome": "moved"}] * 2}, ["repeated_clue"]),
        ({"outcome": "risk_confirmed", "verifiers": ["甲"]}, ["too_few_verifiers"]),
        ({"per_capita_income": "-1"}, ["negative_amount"]),
        ({"register": True}, []),
        ({"register": False, "outcome": "moved"}, []),
        ({"register": True, "outcome": "moved"}, ["nobody_to_register"]),
        ({"register": {"address": "东屯"}, "household_id": uuid4()}, ["already_registered"]),
        ({"version": 1, "visited_on": "2027-01-01", "needs_org": "XX"}, 3),
    ],
)
def test_judgements(fields: dict[str, Any], codes: list[str] | int) -> None:
    found = verdict(**fields)
    if isinstance(codes, int):
        assert len(found.errors) == codes
    else:
        assert [error["code"] for error in found.errors] == codes
    assert found.status == ("rejected" if found.errors else "accepted")


def test_a_task_of_another_month_than_the_list_that_is_answered() -> None:
    item = VerificationItem.model_validate(
        {"task_id": TASK, "outcome": "no_risk", "visited_on": "2026-11-11", "verifiers": ["甲"]}
    )
    row = {
        "state": "received",
        "cycle": "2026-11",
        "version": 1,
        "content_version": 1,
        "dispatched_at": DISPATCHED,
    }
    for cycle, codes in (("2026-10", ["sheet_of_another_month"]), ("2026-11", [])):
        found = judge(item, TaskFacts({**row, "household_id": None}, set()), replace(RULES, cycle=cycle))
        assert [error["code"] for error in found.errors] == codes


@pytest.mark.parametrize("state", ["pending", "received", "returned"])
def test_states_that_wait_for_an_answer(state: str) -> None:
    assert verdict(state).status == "accepted"


ANSWER: dict[str, Any] = {
    "outcome": "no_risk",
    "visited_on": date(2026, 11, 11),
    "needs_org": None,
    "clue_outcomes": {},
    "risk_types": [],
    "per_capita_income": None,
    "guarantees": None,
    "verifiers": ["甲", "乙"],
    "note": "",
    "register_as": None,
    "address": None,
    "attachments": [],
}


@pytest.mark.parametrize("state", ["verified", "closed"])
def test_the_same_again_changes_nothing_and_something_else_is_refused(state: str) -> None:
    assert verdict(state, ANSWER).status == "unchanged"
    assert verdict(state, ANSWER, outcome="moved").errors[0]["code"] == "already_verified"


@pytest.mark.parametrize(
    "fields",
    [
        {"visited_on": "2026-11-10"},
        {"needs_org": "ZJ"},
        {"risk_types": ["illness"]},
        {"per_capita_income": "5000.00"},
        {"guarantees": {"water": False}},
        {"verifiers": ["甲"]},
        {"note": "更正"},
        {"register": True},
        {"register": {"address": "东屯 3 号"}},
        {"clues": [{"warning_id": CLUE, "outcome": "moved"}]},
    ],
)
def test_nothing_that_was_said_differently_is_taken_for_the_same(fields: dict[str, Any]) -> None:
    assert verdict("closed", ANSWER, **fields).status == "rejected"


def test_a_task_that_is_not_ours_is_not_found() -> None:
    item = VerificationItem(
        task_id=UUID(int=1), outcome="moved", visited_on=date(2026, 11, 11), verifiers=["甲"]
    )
    assert judge(item, None, RULES).status == "not_found"
    assert not same_answer(item, ANSWER)
