"""Scores, places, and what follows from them."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning_api.cycles.quarters import previous_quarters
from services.warning_api.ranking.components import COMPONENTS
from services.warning_api.ranking.presentation import could_be_somebody
from services.warning_api.ranking.rules import (
    BEST,
    KIND_WORDS,
    Count,
    component_score,
    consequence,
    earlier_quarters,
    last_places,
    places,
    standing_before,
    total_score,
)
from shared.parameters import DEFAULTS
from shared.parameters.inspection_defaults import RANKING_COMPONENTS

VALUES = {default.name: default for default in DEFAULTS}
WEIGHTS = {name: Decimal(weight) for name, weight in VALUES["ranking_weights"].value.items()}
NAMES = sorted(WEIGHTS)

COUNTS = st.integers(0, 60).flatmap(
    lambda whole: st.integers(0, whole).map(lambda counted: Count(counted, whole))
)
POINTS = st.integers(0, 10_000).map(lambda hundredths: Decimal(hundredths) / 100)
SCORES = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), POINTS, max_size=12)


def test_the_parameter_and_the_code_know_the_same_components() -> None:
    assert tuple(COMPONENTS) == RANKING_COMPONENTS
    assert set(VALUES["ranking_consequences"].value) == set(KIND_WORDS)


@pytest.mark.parametrize(
    ("weights", "right"),
    [
        ({"overdue_tasks": "1"}, True),
        ({"overdue_tasks": "0.5", "petitions_overdue": "0.50"}, True),
        ({"overdue_tasks": "0.5"}, False),
        ({"overdue_tasks": "0.6", "petitions_overdue": "0.5"}, False),
        ({"height": "1"}, False),
        ({}, False),
        ({"overdue_tasks": 1}, False),
    ],
)
def test_weights_are_of_known_components_and_one_together(weights: object, right: bool) -> None:
    assert (VALUES["ranking_weights"].shape.problem(weights) is None) == right


@given(COUNTS, st.booleans())
def test_a_components_score(count: Count, good: bool) -> None:
    score = component_score(count, good=good)
    if count.denominator == 0:
        assert score is None
        return
    assert score is not None
    other = component_score(count, good=not good)
    assert 0 <= score <= 100
    assert other is not None
    assert score + other == 100
    better = Count(count.denominator if good else 0, count.denominator)
    assert component_score(better, good=good) == 100


@given(st.fixed_dictionaries({name: st.none() | st.integers(0, 100).map(Fraction) for name in NAMES}))
def test_the_total_lies_among_its_parts_and_what_is_missing_weighs_nothing(
    scores: dict[str, Fraction | None],
) -> None:
    total = total_score(scores, WEIGHTS)
    known = {name: score for name, score in scores.items() if score is not None}
    if not known:
        assert total is None
        return
    assert total is not None
    assert min(known.values()) - 1 <= total <= max(known.values()) + 1
    whole = sum(WEIGHTS[name] for name in known)
    by_hand = sum(Decimal(int(score)) * WEIGHTS[name] for name, score in known.items()) / whole
    assert abs(total - by_hand) <= Decimal("0.005")
    assert total_score(known, WEIGHTS) == total


@given(SCORES)
def test_places_count_those_who_are_better(scores: dict[str, Decimal]) -> None:
    found = places(scores)
    for name, place in found.items():
        assert place == 1 + len([1 for other in scores.values() if other > scores[name]])
    assert not scores or min(found.values()) == 1


def test_equal_scores_share_a_place() -> None:
    scores = {"a": Decimal(90), "b": Decimal(80), "c": Decimal(80), "d": Decimal(70)}
    assert places(scores) == {"a": 1, "b": 2, "c": 2, "d": 4}


@given(SCORES, st.integers(1, 6))
def test_who_is_last_is_so_for_certain(scores: dict[str, Decimal], most: int) -> None:
    last, tied = last_places(scores, most)
    assert len(last) <= min(most, len(scores) // 2)
    assert not last & tied
    for name in last:
        assert scores[name] < BEST
        assert all(scores[other] > scores[name] for other in scores if other not in last)
    assert len({scores[name] for name in tied}) <= 1


@pytest.mark.parametrize(
    ("scores", "most", "last", "tied"),
    [
        ("90 80 70 60", 1, {"3"}, set()),
        ("90 80 60 60", 1, set(), {"2", "3"}),
        ("90 80 60 60", 2, {"2", "3"}, set()),
        ("90 70 70 60", 2, {"3"}, {"1", "2"}),
        ("80 80 80 80", 2, set(), {"0", "1", "2", "3"}),
        ("100 100 100 90", 3, {"3"}, set()),
        ("90 80", 5, {"1"}, set()),
        ("90", 5, set(), set()),
    ],
)
def test_a_tie_across_the_border_is_not_proposed(
    scores: str, most: int, last: set[str], tied: set[str]
) -> None:
    given_ = {str(number): Decimal(score) for number, score in enumerate(scores.split())}
    assert last_places(given_, most) == (last, tied)


def test_how_often_somebody_was_there_before() -> None:
    consecutive = earlier_quarters("2026-Q3", previous_quarters, "consecutive")
    year = earlier_quarters("2026-Q3", previous_quarters, "within_year")
    assert list(year) == ["2026-Q2", "2026-Q1"]
    assert consecutive[:3] == ["2026-Q2", "2026-Q1", "2025-Q4"]
    issued = {"2026-Q2": "b", "2025-Q4": "a"}
    assert standing_before(consecutive, issued, "consecutive") == ["b"]
    assert standing_before(consecutive, {"2026-Q1": "x"}, "consecutive") == []
    assert standing_before(year, {"2026-Q1": "x", "2025-Q4": "a"}, "within_year") == ["x"]
    assert earlier_quarters("2026-Q1", previous_quarters, "within_year") == []


def test_what_follows_the_first_second_and_further_times() -> None:
    kinds = ["warning", "yellow_card", "removal_proposed"]
    assert [consequence(time, kinds) for time in (1, 2, 3, 4)] == [*kinds, "removal_proposed"]
    assert consequence(2, ["warning"]) == "warning"


FEW = [
    (0, 50, False),
    (2, 50, True),
    (48, 50, True),
    (5, 10, False),
    (0, 3, True),
    (2, 2, True),
    (4, 4, True),
    (0, 0, False),
]


def hidden_places(component: str, *counts: tuple[int, int]) -> list[int]:
    lines = [
        {"township_code": str(place), "components": {component: {"numerator": some, "denominator": whole}}}
        for place, (some, whole) in enumerate(counts)
    ]
    return sorted(int(code) for code, _ in could_be_somebody(lines, [component]))


@pytest.mark.parametrize("component", NAMES)
@pytest.mark.parametrize(("numerator", "denominator", "few"), FEW)
def test_few_rows_could_be_somebody(component: str, numerator: int, denominator: int, few: bool) -> None:
    few = few and component not in ("routine_checks_missing", "progress_reported")
    assert hidden_places(component, (numerator, denominator)) == ([0] if few else [])


def test_a_number_that_would_give_away_another_townships_is_hidden_with_it() -> None:
    assert hidden_places("rectification_overdue", (2, 40), (9, 40), (8, 40), (0, 40), (0, 0)) == [0, 2]
    assert hidden_places("rectification_overdue", (4, 4), (0, 40), (0, 0)) == [0, 1]
    assert hidden_places("rectification_overdue", (2, 40), (3, 40), (9, 40)) == [0, 1]
