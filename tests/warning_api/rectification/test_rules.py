"""States of parts and of the whole problem."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning_api.rectification.rules import (
    STATE_WORDS,
    TRANSITIONS,
    is_overdue,
    parties_of,
    state_of,
)

STATES = st.sampled_from(sorted(TRANSITIONS))


def test_every_state_is_known_and_can_be_reached() -> None:
    assert set(STATE_WORDS) == set(TRANSITIONS)
    assert {to for ways in TRANSITIONS.values() for to in ways} | {"assigned"} == set(TRANSITIONS)


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (["assigned", "accepted"], "assigned"),
        (["returned", "assigned"], "returned"),
        (["rectified", "accepted"], "rectified"),
        (["accepted", "accepted"], "accepted"),
        (["accepted", "withdrawn"], "accepted"),
        (["withdrawn"], "withdrawn"),
    ],
)
def test_the_whole_is_as_far_as_the_part_that_is_behind(parts: list[str], whole: str) -> None:
    assert state_of(parts) == whole


@given(st.lists(STATES, min_size=1, max_size=2))
def test_a_problem_is_accepted_only_when_nothing_is_left_to_do(parts: list[str]) -> None:
    whole = state_of(parts)
    assert (whole in ("accepted", "withdrawn")) == all(part in ("accepted", "withdrawn") for part in parts)


@pytest.mark.parametrize(
    ("township", "org", "parties"),
    [
        ("231226100", "YB", ("department", "township")),
        (None, "YB", ("department",)),
        ("231226100", None, ("township",)),
        (None, None, ()),
    ],
)
def test_who_answers(township: str | None, org: str | None, parties: tuple[str, ...]) -> None:
    assert parties_of(township, org) == parties


def test_what_is_rectified_is_not_overdue() -> None:
    past, today = date(2026, 11, 7), date(2026, 11, 8)
    assert is_overdue("assigned", past, today)
    assert is_overdue("returned", past, today)
    assert not is_overdue("assigned", today, today)
    assert not is_overdue("rectified", past, today)
