"""Working days around holidays and the weekends that are worked."""

from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import WorkingCalendar
from shared.calendar.working_days import DayKind
from shared.parameters import DEFAULTS

VALUES = {default.name: default.value for default in DEFAULTS}
CALENDAR = WorkingCalendar.of(VALUES["holidays"], VALUES["working_weekends"])


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 10, 1), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),  # a Saturday that is worked
        (date(2026, 10, 11), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 28), True),
        (date(2027, 1, 1), True),  # not published yet: weekends alone
        (date(2027, 1, 2), False),
    ],
)
def test_which_days_are_worked(day: date, works: bool) -> None:
    assert CALENDAR.is_working(day) is works


def test_holidays_and_working_weekends_are_of_the_published_year() -> None:
    assert len(VALUES["holidays"]) == 33
    assert all(date.fromisoformat(day).weekday() >= 5 for day in VALUES["working_weekends"])


def test_days_after_a_day() -> None:
    start = date(2026, 9, 30)
    assert CALENDAR.after(start, 15, "calendar") == date(2026, 10, 15)
    assert CALENDAR.after(start, 3, "working") == date(2026, 10, 10)
    assert CALENDAR.after(start, 0, "working") == start


def test_what_lasts_counts_its_first_day() -> None:
    assert CALENDAR.lasting(date(2026, 11, 8), 5, "calendar") == date(2026, 11, 12)
    # Sunday the 8th is no working day: the 9th to the 13th.
    assert CALENDAR.lasting(date(2026, 11, 8), 5, "working") == date(2026, 11, 13)
    assert CALENDAR.lasting(date(2026, 11, 9), 5, "working") == date(2026, 11, 13)


@given(st.dates(date(2025, 12, 1), date(2027, 2, 1)), st.integers(0, 60), st.sampled_from(get_args(DayKind)))
def test_a_longer_time_never_ends_earlier(start: date, days: int, kind: DayKind) -> None:
    end = CALENDAR.after(start, days, kind)
    assert end <= CALENDAR.after(start, days + 1, kind)
    if kind == "working" and days:
        worked = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
        assert sum(CALENDAR.is_working(day) for day in worked) == days and CALENDAR.is_working(end)
