"""What a plan must hold, by labour ability; what is doubtful about it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.household_api.assistance.rules import (
    MEASURE_STATES,
    Member,
    circumstances,
    doubts,
    is_pupil,
    is_stuck,
    labour_ability,
    measure_errors,
    missing,
    read_kinds,
)
from shared.parameters.measure_kinds import MEASURE_KINDS
from shared.tables.words import LABOUR_WORDS, RISK_TYPES

KINDS = read_kinds(MEASURE_KINDS)
TODAY = date(2026, 11, 8)


def member(labour: str = "", **more: Any) -> Member:
    return Member(
        **{"labour": labour, "health": "", "student_status": "", "insured": True, "age": 40, **more}
    )


@pytest.mark.parametrize(
    ("labours", "ability"),
    [
        (["none", "ordinary"], "with_labour"),
        (["skilled"], "with_labour"),
        (["lost", "weak"], "weak_labour"),
        (["lost", "none"], "without_labour"),
        (["none", ""], "without_labour"),
        ([""], "unknown"),
        ([], "unknown"),
    ],
)
def test_a_household_is_as_able_as_its_most_able_member(labours: list[str], ability: str) -> None:
    assert labour_ability([member(labour) for labour in labours]) == ability


def test_every_labour_word_of_the_registry_is_judged() -> None:
    assert {labour_ability([member(word)]) for word in LABOUR_WORDS.values()} == {
        "with_labour",
        "weak_labour",
        "without_labour",
    }


def test_with_labour_a_development_measure_is_asked_for() -> None:
    (found,) = missing("with_labour", {"illness"}, ["medical_assistance"], KINDS, 1)
    assert (found.code, found.kind) == ("development_missing", "development")
    assert "产业帮扶" in found.message
    assert missing("with_labour", {"illness"}, ["employment"], KINDS, 1) == []
    assert len(missing("with_labour", set(), ["employment"], KINDS, 2)) == 1


def test_without_labour_every_policy_that_applies_is_asked_for() -> None:
    applies = {"minimum_living", "aged", "illness", "unsafe_housing"}
    found = missing("without_labour", applies, ["pension"], KINDS, 1)
    assert [each.kind for each in found] == ["minimum_living", "medical_assistance", "housing_renovation"]
    assert missing("without_labour", {"aged"}, ["pension"], KINDS, 1) == []


def test_weak_labour_is_reminded_of_development_and_unknown_labour_is_asked_for() -> None:
    assert missing("weak_labour", {"illness"}, [], KINDS, 1) == []
    assert [each.code for each in doubts("weak_labour", [], ["pension"], KINDS)] == [
        "development_where_possible"
    ]
    assert doubts("weak_labour", [], ["public_post"], KINDS) == []
    assert [each.code for each in missing("unknown", set(), [], KINDS, 1)] == ["labour_unknown"]


def test_a_risk_without_a_measure_that_answers_it_is_found() -> None:
    found = doubts("with_labour", ["illness", "schooling"], ["education_aid"], KINDS)
    assert [(each.code, each.risk_type) for each in found] == [("risk_without_measure", "illness")]
    assert "医疗救助" in found[0].message


@pytest.mark.parametrize(
    ("measures", "obstacles", "stuck"),
    [
        ([], 0, False),
        ([("done", "partial")], 0, True),
        ([("done", "partial")], 1, False),
        ([("done", "partial"), ("running", "")], 0, False),
        ([("done", "lasting"), ("stopped", "")], 0, False),
    ],
)
def test_a_risk_that_stays_asks_for_its_obstacle(
    measures: list[tuple[str, str]], obstacles: int, stuck: bool
) -> None:
    assert is_stuck(measures, obstacles) is stuck
    found = doubts("with_labour", [], [], KINDS, stuck=stuck)
    assert [each.code for each in found] == (["obstacle_missing"] if stuck else [])


def test_every_risk_has_a_measure_that_answers_it() -> None:
    answered = {risk for kind in KINDS.values() for risk in kind.risk_types}
    assert set(RISK_TYPES.values()) - answered == set()


def test_policies_apply_by_what_the_household_is() -> None:
    found = circumstances(
        ["disaster"],
        "extreme_hardship",
        "D",
        "insecure",
        [
            member(age=60, health="长期慢性病"),
            member(insured=False, age=59, health="肢体残疾"),
            member(student_status="小学三年级", age=9),
        ],
        ["C", "D"],
        60,
    )
    assert found == {
        "disaster", "extreme_hardship", "unsafe_housing", "unsafe_water", "aged", "illness", "uninsured",
        "disability", "pupil",
    }  # fmt: skip
    assert (
        circumstances(
            [],
            "",
            "B",
            "secure",
            [member(age=59, health="健康"), member(health="无重大疾病")],
            ["C", "D"],
            60,
        )
        == set()
    )


@pytest.mark.parametrize("word", ["", "非在校生", "初中辍学", "失学", "学龄前儿童", "已毕业", "无"])
def test_who_is_no_pupil(word: str) -> None:
    assert not is_pupil(word)


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({}, []),
        ({"ends_on": date(2026, 11, 1)}, ["ends_before_start"]),
        ({"amount": Decimal("-0.01")}, ["amount_negative"]),
        ({"effect": "lasting"}, ["effect_without_done"]),
        ({"effect": "lasting", "state": "done"}, []),
        ({"kind": "gold"}, ["measure_kind_unknown"]),
        ({"starts_on": date(2026, 11, 9), "state": "running"}, ["not_yet_begun"]),
        ({"starts_on": date(2026, 11, 9)}, []),
    ],
)
def test_what_is_wrong_with_a_measure_is_named(change: dict[str, Any], codes: list[str]) -> None:
    measure = {
        "kind": "industry",
        "starts_on": date(2026, 11, 8),
        "ends_on": None,
        "amount": Decimal("100.00"),
        "state": "planned",
        "effect": "",
        **change,
    }
    assert [error.code for error in measure_errors(**measure, kinds=KINDS, today=TODAY)] == codes


def test_states_of_measures_lead_to_known_states_and_end() -> None:
    assert {state for possible in MEASURE_STATES.values() for state in possible} <= set(MEASURE_STATES)
    assert MEASURE_STATES["done"] == MEASURE_STATES["stopped"] == ()
