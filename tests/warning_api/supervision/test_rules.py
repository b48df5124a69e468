"""Hidden cells cannot be had by subtraction, without a database."""

from collections import defaultdict
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning_api.supervision.rules import (
    COURSE,
    PARTS_OF_A_SUM,
    SMALLEST_SHOWN,
    TWINS,
    compared_rows,
    hide_small_cells,
    hide_small_counts,
    same_month_last_year,
)
from services.warning_api.supervision.service import COUNTS

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


def counts_of(steps: tuple[int, ...], withdrawn: int = 0, **more: int) -> dict[str, Any]:
    """A row with so many in each step of the course, each with its visit."""
    counts = dict.fromkeys(COUNTS, 0) | dict(zip(COURSE, steps, strict=True))
    counts |= {"pushed": steps[0], "on_time": counts["verified"], "withdrawn": withdrawn, **more}
    visits = {visit: counts[name] for name, visit in TWINS}
    return {**counts, **visits, "median_days": 2.5, "on_time_share": 1.0}


STEPS = st.lists(st.integers(0, 5) | st.integers(0, 60), min_size=len(COURSE), max_size=len(COURSE))
COURSES = st.builds(
    lambda steps, withdrawn, on_time, overdue: counts_of(
        tuple(sorted(steps, reverse=True)), withdrawn=withdrawn, on_time=on_time, overdue=overdue
    ),
    STEPS,
    *(st.integers(0, 60),) * 3,
)


#: Counts whose difference is somebody.
BETWEEN = (
    *combinations(("filed", "compared", "dispatched", "received", "verified", "fed_back", "closed"), 2),
    *combinations(("dispatched", "verified", "on_time"), 2),
    *combinations(("tasks", "tasks_verified", "tasks_closed"), 2),
    ("fed_back", "risk_confirmed"),
    ("dispatched", "verified", "overdue"),
    ("closed", "withdrawn"),
    ("dispatched", "verified", "withdrawn"),
    ("closed", "fed_back", "withdrawn"),
)


@given(st.lists(COURSES, max_size=5))
def test_no_few_are_left_between_two_counts_that_are_told(rows: list[dict[str, Any]]) -> None:
    shown = hide_small_cells(rows, COUNTS)
    for row in shown:
        told = {name: row[name] for name in COUNTS if row[name] is not None}
        for names in BETWEEN:
            if set(names) <= told.keys() and told[names[0]]:
                left = abs(told[names[0]] - sum(told[name] for name in names[1:]))
                assert left == 0 or left >= SMALLEST_SHOWN, names
        for name, twin in TWINS:
            assert (row[name] is None) == (row[twin] is None), "a number stands under another name"
    for name in COUNTS:
        blanks = [row for row in shown if row[name] is None]
        told_of_others = [row for row in shown if row[name]]
        assert len(blanks) != 1 or not told_of_others, name


def hidden_names(row: dict[str, Any]) -> set[str]:
    return {name for name in COUNTS if row[name] is None} - set(PARTS_OF_A_SUM)


def test_a_hidden_number_stands_under_no_other_name() -> None:
    """Nine of ten visits are closed, so that one waits."""
    (row,) = hide_small_cells([counts_of((20, 20, 20, 20, 10, 10, 9))], COUNTS)
    assert hidden_names(row) == {"closed", "tasks_closed"}
    visits = {"dispatched": 40, "tasks": 20, "verified": 20, "tasks_verified": 10, "tasks_closed": 9}
    (row,) = hide_small_cells([{**counts_of((40, 40, 40, 40, 20, 20, 0)), **visits}], COUNTS)
    assert row["tasks_closed"] is None


def test_what_is_not_visited_is_not_told_by_what_is() -> None:
    """Sixteen of twenty are visited, and the other four are overdue."""
    (row,) = hide_small_cells([counts_of((20, 20, 20, 20, 16, 16, 16), overdue=4)], COUNTS)
    assert {"verified", "fed_back", "closed", "on_time", "overdue", "tasks_verified"} <= hidden_names(row)
    assert (row["dispatched"], row["tasks"], row["on_time_share"]) == (20, 20, None)


def test_what_is_withdrawn_is_closed_and_tells_who_waits() -> None:
    """Of 95 closed 88 were withdrawn and the other seven visited, of eleven: four wait."""
    (row,) = hide_small_cells([counts_of((130, 130, 130, 130, 11, 11, 95), withdrawn=88)], COUNTS)
    assert hidden_names(row) == {"withdrawn"}


def test_rows_of_large_numbers_stay_as_they_are() -> None:
    finished = counts_of((30,) * 7)
    half = counts_of((90, 80, 70, 60, 50, 40, 30), withdrawn=5, on_time=45, overdue=12)
    nothing = counts_of((0,) * 7)
    for row in hide_small_cells([finished, half, nothing], COUNTS):
        assert hidden_names(row) == set()
    beside = counts_of((30, 30, 30, 30, 30, 30, 29))
    shown = hide_small_cells([half, beside, finished], COUNTS)
    assert [hidden_names(row) for row in shown] == [{"closed", "tasks_closed"}] * 2 + [set()]


def test_departments_have_no_visits_to_hide() -> None:
    visits = dict.fromkeys(visit for _, visit in TWINS)
    (row,) = hide_small_cells([{**counts_of((30,) * 7), **visits}], COUNTS)
    assert hidden_names(row) == set(visits)


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
