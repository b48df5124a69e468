"""Months and windows, without a database."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning_api.cycles.rules import (
    CYCLE,
    Window,
    admission,
    cycle_of,
    first_day,
    next_cycle,
    previous_cycles,
    window_by_rule,
)

DAYS = st.dates(date(1900, 1, 1), date(2900, 1, 1))


@given(DAYS)
def test_months_follow_one_another(day: date) -> None:
    cycle = cycle_of(day)
    assert CYCLE.fullmatch(cycle)
    assert first_day(cycle) <= day < first_day(next_cycle(cycle))
    assert previous_cycles(next_cycle(cycle), 2)[0] == cycle
    assert previous_cycles(next_cycle(cycle), 2)[1] == previous_cycles(cycle, 1)[0]


@given(DAYS, st.integers(1, 31), st.integers(1, 31))
def test_a_window_stays_in_its_month(day: date, opens: int, closes: int) -> None:
    window = window_by_rule(cycle_of(day), *sorted((opens, closes)))
    assert cycle_of(window.opens_on) == cycle_of(window.closes_on) == window.cycle
    assert window.opens_on <= window.closes_on


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "2026-1", "0026-01", "２０２６-11", "2026-11 ", "2०२६-11"]
)
def test_what_is_no_month(text: str) -> None:
    assert CYCLE.fullmatch(text) is None


@pytest.mark.parametrize(
    ("today", "reopened_until", "how"),
    [
        (4, None, None),
        (5, None, "in_time"),
        (15, None, "in_time"),
        (16, None, None),
        (16, 18, "late"),
        (18, 18, "late"),
        (19, 18, None),
        (10, 18, "in_time"),
    ],
)
def test_both_ends_of_the_window_count(today: int, reopened_until: int | None, how: str | None) -> None:
    window = Window("2026-11", date(2026, 11, 5), date(2026, 11, 15))
    until = None if reopened_until is None else date(2026, 11, reopened_until)
    assert admission(window, date(2026, 11, today), reopened_until=until) == how
