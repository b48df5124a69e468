"""Hidden cells cannot be had by subtraction, without a database."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.warning_api.supervision.rules import SMALLEST_SHOWN, hide_small_cells

COLUMNS = ("filed", "verified", "closed")
CELLS = st.one_of(st.integers(0, 6), st.integers(0, 500))
ROWS = st.lists(
    st.fixed_dictionaries(
        {**dict.fromkeys(COLUMNS, CELLS), "median_days": st.just(2.5), "on_time_share": st.just(0.5)}
    ),
    max_size=8,
)


def hidden_in(rows: list[dict[str, Any]], shown: list[dict[str, Any]], column: str) -> list[int]:
    return [row[column] for row, after in zip(rows, shown, strict=True) if after[column] is None]


@given(ROWS)
def test_no_small_cell_is_shown_and_none_is_changed(rows: list[dict[str, Any]]) -> None:
    shown = hide_small_cells(rows, COLUMNS)
    for row, after in zip(rows, shown, strict=True):
        for column in COLUMNS:
            assert after[column] in (None, row[column])
            assert after[column] is not None or row[column] > 0
            assert after[column] is None or after[column] == 0 or after[column] >= SMALLEST_SHOWN
        if after["verified"] is None:
            assert after["median_days"] is None
            assert after["on_time_share"] is None


@given(ROWS)
def test_the_columns_total_gives_no_hidden_cell_away(rows: list[dict[str, Any]]) -> None:
    shown = hide_small_cells(rows, COLUMNS)
    for column in COLUMNS:
        hidden = hidden_in(rows, shown, column)
        others = [row[column] for row in rows if row[column] and row[column] not in hidden]
        if not hidden or not others:
            continue
        # With the total, the sum of the hidden ones is known: there must be another way to make it up.
        assert len(hidden) >= 2
        assert sum(hidden) > len(hidden)


@given(ROWS)
def test_what_is_large_is_hidden_only_to_cover_something(rows: list[dict[str, Any]]) -> None:
    shown = hide_small_cells(rows, COLUMNS)
    for column in COLUMNS:
        hidden = hidden_in(rows, shown, column)
        large = [count for count in hidden if count >= SMALLEST_SHOWN]
        assert len(large) <= 1
        if large:
            small = [count for count in hidden if count < SMALLEST_SHOWN]
            assert len(small) == 1 or sum(small) == len(small)


def test_the_original_rows_stay() -> None:
    rows = [{"filed": 1, "verified": 1, "median_days": 1.0, "on_time_share": 1.0}]
    hide_small_cells(rows, ("filed", "verified"))
    assert rows[0]["filed"] == 1
