"""Quarters and their months."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.warning_api.cycles.quarters import (
    QUARTER,
    cycles_of,
    previous_quarters,
    quarter_ends,
    quarter_of,
    quarter_starts,
    quarter_words,
)
from services.warning_api.cycles.rules import cycle_of

DAYS = st.dates(date(2001, 1, 1), date(2099, 12, 31))


@given(DAYS)
def test_a_day_lies_in_its_quarter(day: date) -> None:
    quarter = quarter_of(day)
    assert QUARTER.fullmatch(quarter)
    assert quarter_starts(quarter) <= day <= quarter_ends(quarter)
    assert cycle_of(day) in cycles_of(quarter)
    assert previous_quarters(quarter, 1) == [quarter_of(quarter_starts(quarter) - timedelta(days=1))]


def test_the_last_of_the_year() -> None:
    assert cycles_of("2026-Q4") == ["2026-10", "2026-11", "2026-12"]
    assert quarter_ends("2026-Q4") == date(2026, 12, 31)
    assert previous_quarters("2026-Q1", 2) == ["2025-Q4", "2025-Q3"]
    assert quarter_words("2026-Q4") == "2026年第四季度"
