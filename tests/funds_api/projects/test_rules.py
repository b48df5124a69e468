"""Splitting a payment over the parts of a project, and the way through the states."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds_api.projects.rules import (
    PAYABLE,
    TRANSITIONS,
    Goal,
    State,
    following,
    grade,
    listed,
    score,
    split,
)

AMOUNTS = st.decimals(min_value=0, max_value=1000, places=2)


@given(AMOUNTS, st.lists(AMOUNTS, max_size=6))
def test_a_payment_uses_up_the_parts_in_their_order(amount: Decimal, free: list[Decimal]) -> None:
    taken = split(amount, free)
    if amount > sum(free):
        assert taken is None
        return
    assert taken is not None
    assert sum(taken) == amount
    assert all(0 <= part <= left for part, left in zip(taken, free, strict=True))
    last = max((place for place, part in enumerate(taken) if part), default=0)
    assert taken[:last] == free[:last]


def test_a_project_goes_one_way_through_the_library() -> None:
    state: State = "reserve"
    passed: list[State] = [state]
    while TRANSITIONS[state]:
        state = TRANSITIONS[state][0]
        passed.append(state)
    assert passed == ["reserve", "started", "under_construction", "completed", "accepted", "asset"]
    assert set(passed) - PAYABLE == {"reserve"}
    assert set(TRANSITIONS) - set(passed) == {"suspended", "terminated"}


@pytest.mark.parametrize("state", ["started", "under_construction"])
def test_a_suspended_project_goes_back_to_where_it_was(state: State) -> None:
    assert "suspended" in following(state, None)
    assert following("suspended", state) == (state, "terminated")


NEGATIVE_LIST = [
    {"rule": "不得修建楼堂馆所", "words": ["办公楼", "楼堂馆所"]},
    {"rule": "不得列支管理费", "categories": ["management"]},
]


@pytest.mark.parametrize(
    ("name", "category", "rule"),
    [
        ("上集镇办公楼维修", "infrastructure", "不得修建楼堂馆所"),
        ("上集镇 办 公 楼维修", "infrastructure", "不得修建楼堂馆所"),
        ("办公用房管护费", "management", "不得列支管理费"),
        ("木耳大棚", "industry", None),
    ],
)
def test_the_negative_list_knows_words_and_categories(name: str, category: str, rule: str | None) -> None:
    assert listed(name, category, NEGATIVE_LIST) == rule


def goals(*wanted: tuple[str, str]) -> list[Goal]:
    """``wanted``: target and weight."""
    return [
        Goal(str(place), "户", Decimal(target), Decimal(weight))
        for place, (target, weight) in enumerate(wanted)
    ]


@pytest.mark.parametrize(
    ("reached", "points"),
    [
        (("30", "9"), "100.00"),
        (("60", "9"), "100.00"),
        (("10", "9"), "53.33"),
        (("0", "0"), "0.00"),
        (("30", "2"), "76.67"),
    ],
)
def test_a_score_is_rounded_once_at_the_end(reached: tuple[str, str], points: str) -> None:
    wanted = goals(("30", "70"), ("9", "30"))
    actual = {str(place): Decimal(each) for place, each in enumerate(reached)}
    assert score(wanted, actual) == Decimal(points)


@pytest.mark.parametrize(
    ("points", "result"),
    [("90.00", "excellent"), ("89.99", "good"), ("60.00", "fair"), ("59.99", "poor")],
)
def test_a_grade_begins_at_its_least_points(points: str, result: str) -> None:
    grades = {"fair": "60.00", "excellent": "90.00", "good": "80.00"}
    assert grade(Decimal(points), grades) == result
