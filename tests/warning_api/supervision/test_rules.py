"""Hidden cells cannot be had by subtraction, without a database."""

from collections import defaultdict
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning_api.supervision.rules import (
    SMALLEST_SHOWN,
    compared_rows,
    hide_small_cells,
    hide_small_counts,
    same_month_last_year,
)

COLUMNS = ("filed", "verified", "on_time", "closed")
CELLS = st.one_of(st.integers(0, 6), st.integers(0, 500))
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            **dict.fromkeys(COLUMNS, CELLS),
            "no_risk": CELLS,
            "median_days": st.just(2.5),
            "on_time_share": st.just(0.5),
        }
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
            assert after[column] is None or after[column] == 0 or after[column] >= SMALLEST_SHOWN
        if after["verified"] is None:
            assert after["median_days"] is None
            assert after["on_time_share"] is None
        if after["on_time_share"] is not None:
            late = after["verified"] - after["on_time"]
            assert late <= 0 or late >= SMALLEST_SHOWN
        assert after["no_risk"] is None, "the outcomes of a visit add up to what was fed back"


def observed(cells: tuple[int, ...]) -> tuple[Any, ...]:
    """What somebody sees who is told the column and, by another table, its total."""
    shown = hide_small_counts([{"n": cell} for cell in cells], ["n"])
    return (*(row["n"] for row in shown), sum(cells))


@pytest.mark.parametrize("rows", [1, 2, 3, 4])
def test_no_hidden_cell_is_certain_even_to_who_knows_the_rule_and_the_total(rows: int) -> None:
    """All columns there can be with cells up to 12: for what is observed of each, every hidden cell has at least two
    numbers that it may be. Excepted is where nothing else could be hidden: a total that is small itself, and a
    column of equal cells only."""
    possible: defaultdict[tuple[Any, ...], list[tuple[int, ...]]] = defaultdict(list)
    for cells in product(range(13), repeat=rows):
        possible[observed(cells)].append(cells)
    certain = []
    for (*shown, total), columns in possible.items():
        for place, cell in enumerate(shown):
            if cell is None and len({column[place] for column in columns}) == 1:
                certain.append((columns[0], total))
    for column, total in certain:
        assert total < SMALLEST_SHOWN or len(set(column)) == 1, column


def test_what_nobody_could_work_out_stays() -> None:
    def shown(*cells: int) -> list[int | None]:
        return [row["n"] for row in hide_small_counts([{"n": cell} for cell in cells], ["n"])]

    assert shown(1, 2, 9, 0) == [None, None, 9, 0]
    assert shown(3, 3, 9, 0) == [None, None, 9, 0], "they may be 2 and 4"
    assert shown(2, 9, 7, 0) == [None, 9, None, 0], "one alone takes the next with it"
    assert shown(4, 4, 9, 30) == [None, None, None, 30], "two that come to 8 are fours"
    assert shown(1, 1, 9, 30) == [None, None, None, 30]
    assert shown(2, 6, 6, 30) == [None, None, None, 30], "the order of rows tells nothing"
    assert shown(4, 4, 0) == [None, None, None], "the zeros, where there is nothing else"
    assert shown(7, 9, 0) == [7, 9, 0]


@pytest.mark.parametrize(("whole", "part"), [("verified", "on_time"), ("fed_back", "closed")])
def test_what_is_left_of_a_count_is_hidden_with_what_would_tell_it(whole: str, part: str) -> None:
    """One of twenty was late: who is told the county's number too would have it from the others."""

    def shown(*cells: tuple[int, int]) -> list[int | None]:
        rows = [{"verified": 0, whole: all_, part: some} for all_, some in cells]
        hidden = hide_small_cells(rows, ("verified", whole, part))
        assert all(set(row) <= {whole, part, "verified", "on_time_share"} for row in hidden)
        assert [row[whole] for row in hidden] == [all_ for all_, _ in cells]
        return [row[part] for row in hidden]

    assert shown((20, 19), (30, 20), (25, 18)) == [None, 20, None]
    assert shown((20, 19), (30, 28), (25, 18)) == [None, None, 18]
    assert shown((20, 19), (30, 30)) == [None, None]
    assert shown((20, 15), (30, 30)) == [15, 30]


def test_each_group_of_rows_hides_by_itself() -> None:
    rows = [{"key": key, "n": n} for key, n in (("a1", 2), ("a2", 30), ("b1", 3), ("b2", 40), ("b3", 50))]
    shown = hide_small_counts(rows, ["n"], lambda row: row["key"][0])
    assert [row["n"] for row in shown] == [None, None, None, None, 50]


def test_the_original_rows_stay() -> None:
    rows = [{"filed": 1, "verified": 1, "median_days": 1.0, "on_time_share": 1.0}]
    hide_small_cells(rows, ("filed", "verified"))
    assert rows[0]["filed"] == 1


def test_two_periods_beside_each_other() -> None:
    zero = dict.fromkeys(("verified", "needs_department", "closed", "overdue", "tasks"), 0)
    now = [{"key": "a", "name": "甲", "filed": 7, "risk_confirmed": None, **zero}]
    before = [{"key": "a", "name": "甲", "filed": 9, "risk_confirmed": 5, **zero}]
    before.append({"key": "b", "name": "乙", "filed": 4, "risk_confirmed": 0, **zero})
    first, second = compared_rows(now, before)
    assert (first["change"]["filed"], first["change"]["risk_confirmed"]) == (-2, None)
    assert (second["now"]["filed"], second["before"]["filed"], second["change"]["filed"]) == (0, 4, -4)
    assert same_month_last_year("2026-01") == "2025-01"
