"""Months taken together, and what readers beyond the county cannot find out from them."""

from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.warning_api.bulletins.figures import hidden_rows, hidden_totals, rows_of, totals_of
from services.warning_api.supervision.rules import SMALLEST_SHOWN
from tests.warning_api.bulletins.figures_of_a_period import busy, month, row

MONTHS = ("2026-10", "2026-11", "2026-12")
LOOPS = st.lists(
    st.lists(st.one_of(st.integers(0, 6), st.integers(0, 40)), min_size=4, max_size=4), min_size=3, max_size=3
)


def loop_of(table: list[list[int]]) -> dict[str, Any]:
    """A table of months by townships, all of one count."""
    return {
        cycle: {"township": [row(f"23122610{n}", f"{n}镇", **busy(count)) for n, count in enumerate(counts)]}
        for cycle, counts in zip(MONTHS, table, strict=True)
    }


def test_months_add_up_and_a_share_is_counted_anew() -> None:
    loop = {"2026-10": month(10, on_time=5), "2026-11": month(30, on_time=30)}
    (both,) = rows_of(loop, ["2026-10", "2026-11", "2026-12"], "department")
    assert both["pushed"] == 40
    assert both["on_time_share"] == 0.875
    assert both["median_days"] is None
    totals = totals_of(loop, ["2026-10", "2026-11"])
    assert totals is not None
    assert totals["verified"] == 40


def test_of_a_month_without_anything_nothing_is_known() -> None:
    assert totals_of({}, ["2026-11"]) is None
    assert totals_of({"2026-11": month(0)}, ["2026-11"]) is None


@given(LOOPS)
def test_a_quarter_shows_no_cell_of_which_a_month_was_hidden(table: list[list[int]]) -> None:
    loop = loop_of(table)
    hidden_months = {cycle: hidden_rows(loop, [cycle], "township") for cycle in MONTHS}
    whole = rows_of(loop, MONTHS, "township")
    for place, shown in enumerate(hidden_rows(loop, MONTHS, "township")):
        told = shown["filed"]
        assert told in (None, whole[place]["filed"])
        assert told is None or told == 0 or told >= SMALLEST_SHOWN
        if any(hidden_months[cycle][place]["filed"] is None for cycle in MONTHS):
            assert told is None
        if shown["verified"] is None:
            assert shown["on_time_share"] is None


@given(LOOPS)
def test_one_hidden_cell_never_stands_alone_beside_the_total(table: list[list[int]]) -> None:
    rows = hidden_rows(loop_of(table), MONTHS, "township")
    whole = [sum(counts) for counts in zip(*table, strict=True)]
    hidden = [place for place, shown in enumerate(rows) if shown["filed"] is None]
    if len(hidden) == 1:
        # there was nothing else to hide behind: the total is that cell
        assert sum(whole) == whole[hidden[0]]


def test_an_indicator_is_hidden_with_its_department() -> None:
    loop = {
        "2026-11": {
            "department": [row("YB", "医保局", **busy(3)), row("ZJ", "住建局", **busy(50))],
            "indicator": [row("YB01", "住院", **busy(3)), row("ZJ01", "危房", **busy(50))],
        }
    }
    assert [shown["filed"] for shown in hidden_rows(loop, ["2026-11"], "indicator")] == [None, None]


def test_a_small_total_is_hidden_itself() -> None:
    assert hidden_totals({"filed": 4, "closed": 0, "verified": 5}) == {
        "filed": None,
        "closed": 0,
        "verified": 5,
    }
    assert hidden_totals(None) is None


def test_nothing_is_hidden_from_the_county() -> None:
    table = [[count % 7 for count in counts] for counts in product(range(4), repeat=4)][:3]
    assert [shown["filed"] for shown in rows_of(loop_of(table), MONTHS, "township")] == [
        sum(counts) for counts in zip(*table, strict=True)
    ]
