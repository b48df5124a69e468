"""Where the parts of a chart stand: columns, bars and lines with their values written on them."""

from collections.abc import Iterator
from itertools import pairwise
from math import floor, log10

from shared.documents.content import Chart
from shared.documents.drawing import GRID, INK, Area, Colour, Drawing, Mark, MeasureWords, Stroke, Words
from shared.documents.numerals import shown

#: One dark, one light, one between: told apart without colour as well; every second one is hatched.
COLOURS: tuple[Colour, ...] = (
    (0x0B, 0x5C, 0xAD),
    (0x8F, 0xB4, 0xDC),
    (0x57, 0x60, 0x6A),
    (0x9A, 0x67, 0x00),
    (0x1E, 0x7B, 0x3C),
)
LABEL_SIZE, VALUE_SIZE = 8.0, 7.5
_HEAD, _FOOT, _SIDE = 10.0, 9.0, 14.0
_BAR_PITCH, _MOST_BARS_HEIGHT = 6.4, 190.0
_LINE_OF_LABEL = 3.6
_VALUE_HEIGHT = 3.2


def drawn(chart: Chart, width: float, height: float, measure: MeasureWords) -> Drawing:
    """The chart in a field ``width`` wide; bars grow downwards as they need (at most a page)."""
    if chart.form == "bar":
        return _bars(chart, width, measure)
    plot = _Plot(chart, width, height, measure)
    marks: list[Mark] = [*plot.grid(), *plot.labels(), *_legend(chart, width, measure)]
    marks += plot.lines() if chart.form == "line" else plot.columns()
    return Drawing(width, height, tuple(marks))


def ceiling(values: list[float], *, whole: bool) -> float:
    """A number that all values fit under, whose quarters are round (``whole``: whole numbers)."""
    top = max(values, default=0.0)
    if top <= 0:
        return 4.0 if whole else 1.0
    step = 10.0 ** (floor(log10(top)) - 1)
    if whole:
        step = max(1.0, step)
    return next(step * part for part in (4, 8, 12, 16, 20, 24, 32, 40, 60, 80, 100) if step * part >= top)


def _values(chart: Chart) -> list[float]:
    return [float(value) for series in chart.series for value in series.values if value is not None]


def _colour(number: int) -> tuple[Colour, bool]:
    return COLOURS[number % len(COLOURS)], number % 2 == 1


def _legend(chart: Chart, width: float, measure: MeasureWords) -> Iterator[Mark]:
    """Names of the series above the plot, from the right; none for a single one."""
    if len(chart.series) < 2:
        return
    right = width
    for number, series in reversed(list(enumerate(chart.series))):
        wide = measure(series.name, LABEL_SIZE)
        fill, hatched = _colour(number)
        yield Words(right - wide, 4.4, series.name, LABEL_SIZE, "left")
        yield Area(right - wide - 5, 1.8, 4, 2.8, fill, hatched)
        right -= wide + 9


class _Plot:
    """Columns and lines share axis, grid and labels."""

    def __init__(self, chart: Chart, width: float, height: float, measure: MeasureWords) -> None:
        self.chart = chart
        self.measure = measure
        self.top = ceiling(_values(chart), whole=chart.kind == "count")
        self.left, self.right = _SIDE, width
        self.high, self.low = _HEAD, height - _FOOT
        self.step = (self.right - self.left) / max(1, len(chart.labels))

    def y(self, value: float) -> float:
        return self.low - (self.low - self.high) * max(0.0, value) / self.top

    def middle(self, place: int) -> float:
        return self.left + self.step * (place + 0.5)

    def grid(self) -> Iterator[Mark]:
        for part in range(5):
            value = self.top * part / 4
            y = self.y(value)
            yield Stroke(((self.left, y), (self.right, y)), INK if part == 0 else GRID)
            yield Words(self.left - 1.5, y + 1, _on_axis(self.chart, value, self.top), LABEL_SIZE, "right")

    def labels(self) -> Iterator[Mark]:
        """Long ones in two lines; what still does not fit is left to the table beneath."""
        for place, label in enumerate(self.chart.labels):
            for line, part in enumerate(self._in_two(label)):
                y = self.low + 3.8 + line * _LINE_OF_LABEL
                yield Words(self.middle(place), y, part, LABEL_SIZE)

    def _in_two(self, label: str) -> list[str]:
        fits = max(1, int(self.step / max(0.1, self.measure(label, LABEL_SIZE) / max(1, len(label))) - 0.2))
        if len(label) <= fits:
            return [label]
        second = label[fits:]
        return [label[:fits], second if len(second) <= fits else second[: fits - 1] + "…"]

    def columns(self) -> Iterator[Mark]:
        thick = min(12.0, self.step * 0.76 / len(self.chart.series))
        # All values or none: some alone would look like the ones that matter.
        widest = max(
            (self.measure(shown(v, self.chart.kind), VALUE_SIZE) for v in _values(self.chart)), default=0
        )
        written = widest <= self.step / len(self.chart.series)
        for number, series in enumerate(self.chart.series):
            fill, hatched = _colour(number)
            for place, value in enumerate(series.values):
                if value is None:
                    continue
                x = self.middle(place) + (number - len(self.chart.series) / 2) * thick
                y = self.y(value)
                yield Area(x, y, thick * 0.92, self.low - y, fill, hatched)
                if written:
                    yield Words(x + thick * 0.46, y - 1.0, shown(value, self.chart.kind), VALUE_SIZE)

    def lines(self) -> Iterator[Mark]:
        yield from self._line_values()
        for number, series in enumerate(self.chart.series):
            fill, _ = _colour(number)
            points = [
                None if value is None else (self.middle(place), self.y(value))
                for place, value in enumerate(series.values)
            ]
            for start, end in pairwise(points):
                if start is not None and end is not None:
                    yield Stroke((start, end), fill, 0.6)
            for point in points:
                if point is not None:
                    yield Area(point[0] - 0.9, point[1] - 0.9, 1.8, 1.8, fill, number % 2 == 1)

    def _line_values(self) -> Iterator[Mark]:
        """Above its point; below it where another stands close above; nowhere where there is no room."""
        for place in range(len(self.chart.labels)):
            values = [series.values[place] for series in self.chart.series]
            baselines: list[float] = []
            for value in sorted((value for value in values if value is not None), reverse=True):
                y = self.y(value)
                free = [
                    line
                    for line in (y - 2, y + 4.2)
                    if all(abs(line - taken) >= _VALUE_HEIGHT for taken in baselines)
                ]
                if free and free[0] < self.low:
                    baselines.append(free[0])
                    yield Words(self.middle(place), free[0], shown(value, self.chart.kind), VALUE_SIZE)


def _on_axis(chart: Chart, value: float, top: float) -> str:
    if chart.kind == "share":
        return f"{value * 100:g}%"
    return f"{value:,.0f}" if top >= 8 or value == 0 else f"{value:,.3g}"


def _bars(chart: Chart, width: float, measure: MeasureWords) -> Drawing:
    """One beneath the other, the label on the left, the value at the end; closer and smaller where there are many."""
    pitch = min(_BAR_PITCH, _MOST_BARS_HEIGHT / max(1, len(chart.labels)))
    size = LABEL_SIZE * max(0.7, pitch / _BAR_PITCH)
    side = min(width * 0.35, max((measure(label, size) for label in chart.labels), default=0) + 2)
    ends = max((measure(shown(v, chart.kind), size) for v in _values(chart)), default=0) + 2
    top = max(_values(chart), default=0) or 1.0
    thick = pitch * 0.76 / max(1, len(chart.series))
    head = _HEAD if len(chart.series) > 1 else 2.0
    height = head + pitch * len(chart.labels) + 2
    marks: list[Mark] = [Stroke(((side, head - 1), (side, height - 1))), *_legend(chart, width, measure)]
    for place, label in enumerate(chart.labels):
        y = head + place * pitch
        marks.append(Words(side - 1.5, y + pitch * 0.38 + size * 0.12, label, size, "right"))
        for number, series in enumerate(chart.series):
            value = series.values[place]
            if value is None:
                continue
            fill, hatched = _colour(number)
            long = (width - side - ends) * max(0.0, value) / top
            marks.append(Area(side, y + number * thick, long, thick, fill, hatched))
            if thick >= size * 0.24:
                baseline = y + (number + 0.5) * thick + size * 0.12
                marks.append(Words(side + long + 1, baseline, shown(value, chart.kind), size, "left"))
    return Drawing(width, height, tuple(marks))
