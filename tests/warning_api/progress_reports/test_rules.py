"""When progress is due, late, reminded of."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning_api.progress_reports.rules import due_on, reminder_due, state_of

DUE = date(2026, 11, 20)


def test_the_day_of_the_month() -> None:
    assert due_on("2026-11", 20) == DUE


@pytest.mark.parametrize(
    ("reported", "today", "state"),
    [(20, 25, "reported"), (21, 25, "late"), (None, 20, "due"), (None, 21, "missing")],
)
def test_the_day_itself_is_in_time(reported: int | None, today: int, state: str) -> None:
    on = None if reported is None else date(2026, 11, reported)
    assert state_of(on, DUE, date(2026, 11, today)) == state


@pytest.mark.parametrize(("today", "due"), [(16, None), (17, 17), (19, 17), (20, 20), (21, 21), (30, 21)])
def test_the_day_for_which_to_remind(today: int, due: int | None) -> None:
    expected = None if due is None else date(2026, 11, due)
    assert reminder_due(DUE, date(2026, 11, today), [3, 0]) == expected


@given(st.integers(1, 30), st.lists(st.integers(0, 27), max_size=5))
def test_nobody_is_reminded_before_the_first_of_the_days(today: int, days: list[int]) -> None:
    found = reminder_due(DUE, date(2026, 11, today), days)
    if found is not None:
        assert found <= date(2026, 11, today)
