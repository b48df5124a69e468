"""What stands where in a chart."""

from hypothesis import given
from hypothesis import strategies as st

from shared.documents import Chart, Series
from shared.documents.chart_layout import ceiling, drawn
from shared.documents.drawing import Area, Stroke, Words

WIDTH, HEIGHT = 155.0, 78.0


def measure(text: str, size: float) -> float:
    return len(text) * size * 0.3


def chart(form: str, *values: int | float | None, kind: str = "count") -> Chart:
    labels = tuple(f"第{n}项" for n in range(len(values)))
    return Chart("图", form, labels, (Series("数", values),), kind)  # type: ignore[arg-type]


@given(st.lists(st.floats(0.001, 1e9), min_size=1, max_size=20), st.booleans())
def test_all_values_fit_under_a_ceiling_not_far_above(values: list[float], whole: bool) -> None:
    top = ceiling(values, whole=whole)
    assert max(values) <= top
    assert top <= max(values) * 2.6 or (whole and top <= 4)
    assert not whole or top % 4 == 0


def test_columns_are_as_high_as_their_values_and_bear_them() -> None:
    drawing = drawn(chart("column", 80, 40, 0, None), WIDTH, HEIGHT, measure)
    high, half, nothing = [mark for mark in drawing.marks if isinstance(mark, Area)]
    assert round(high.height / half.height, 6) == 2
    assert nothing.height == 0
    words = [mark.text for mark in drawing.marks if isinstance(mark, Words)]
    assert {"80", "40", "0", "第0项", "第3项"} <= set(words)


def test_a_line_has_a_gap_where_there_is_no_value() -> None:
    drawing = drawn(chart("line", 10, 20, None, 30, 40), WIDTH, HEIGHT, measure)
    lines = [mark for mark in drawing.marks if isinstance(mark, Stroke) and mark.width > 0.5]
    assert len(lines) == 2


def test_values_of_lines_that_run_close_together_do_not_cover_each_other() -> None:
    close = tuple(Series(str(n), (1000 - 10 * n,)) for n in range(3))
    marks = drawn(Chart("图", "line", ("甲",), close), WIDTH, HEIGHT, measure).marks
    values = [
        mark.y
        for mark in marks
        if isinstance(mark, Words) and mark.text in ("1,000", "990", "980") and mark.x > 20
    ]
    assert len(values) == 2
    assert abs(values[0] - values[1]) > 3


def test_many_bars_still_fit_a_page() -> None:
    drawing = drawn(chart("bar", *range(73)), WIDTH, HEIGHT, measure)
    assert drawing.height < 210
    ends = [mark.x + mark.width for mark in drawing.marks if isinstance(mark, Area)]
    assert max(ends) <= WIDTH


def test_values_that_would_not_fit_are_left_to_the_table_all_of_them() -> None:
    labels = tuple(f"{n}镇" for n in range(12))
    series = tuple(Series(name, tuple(range(95, 107))) for name in ("本期", "上期", "上年"))
    for form in ("column", "bar"):
        many = labels if form == "column" else tuple(f"{n}镇" for n in range(72))
        values = series if form == "column" else tuple(Series(s.name, s.values * 6) for s in series)
        marks = drawn(Chart("图", form, many, values), WIDTH, HEIGHT, measure).marks  # type: ignore[arg-type]
        written = {mark.text for mark in marks if isinstance(mark, Words)} & {str(n) for n in range(95, 107)}
        assert written == set()


def test_nothing_at_all_can_be_drawn_too() -> None:
    for form in ("column", "bar", "line"):
        assert drawn(chart(form, 0, None), WIDTH, HEIGHT, measure).marks


def test_two_series_are_told_apart_without_colour() -> None:
    two = Chart("图", "column", ("甲",), (Series("本月", (3,)), Series("上月", (4,))))
    areas = [mark for mark in drawn(two, WIDTH, HEIGHT, measure).marks if isinstance(mark, Area)]
    assert {area.hatched for area in areas} == {True, False}
    words = {mark.text for mark in drawn(two, WIDTH, HEIGHT, measure).marks if isinstance(mark, Words)}
    assert {"本月", "上月"} <= words
