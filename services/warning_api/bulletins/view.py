"""The figures of a bulletin as one reader may see them. No I/O."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.warning_api.bulletins.figures import (
    RECHECKED,
    RECTIFIED,
    Row,
    hidden_counts,
    hidden_rows,
    hidden_totals,
    rows_of,
    totals_of,
)
from services.warning_api.bulletins.rules import a_year_before, before, cycles_in, months_shown
from shared.documents import Cell

#: What stands for a hidden cell.
HIDDEN: Final = "＊"

Totals = dict[str, int | None]


class View:
    """``beyond``: small cells are None. ``this``, ``before`` and ``year_ago`` name the three periods compared."""

    def __init__(self, figures: Mapping[str, Any], *, beyond: bool) -> None:
        self.figures = figures
        self.beyond = beyond
        self.kind, self.period = figures["kind"], figures["period"]
        self.this = cycles_in(self.kind, self.period)
        self.before = cycles_in(self.kind, before(self.kind, self.period))
        self.year_ago = cycles_in(self.kind, a_year_before(self.period))

    def rows(self, by: str, cycles: Sequence[str]) -> list[Row]:
        choose = hidden_rows if self.beyond else rows_of
        return choose(self.figures["loop"], cycles, by)

    def totals(self, cycles: Sequence[str]) -> Totals | None:
        totals = totals_of(self.figures["loop"], cycles)
        return hidden_totals(totals) if self.beyond else totals

    def months(self) -> list[tuple[str, Totals]]:
        """The months up to this one of which something is known."""
        found = [(cycle, self.totals([cycle])) for cycle in months_shown(self.kind, self.period)]
        return [(cycle, totals) for cycle, totals in found if totals is not None]

    def pushes(self) -> list[Row]:
        """Who has pushed, month by month."""
        return [
            {**line, "cycle": cycle} for cycle in self.this for line in self.figures["pushes"].get(cycle, ())
        ]

    def problems(self, by: str) -> list[Row]:
        rows = (self.figures.get("problems") or {}).get(by, [])
        return hidden_counts(rows, RECTIFIED) if self.beyond else rows

    def rechecks(self) -> list[Row]:
        rows: list[Row] = self.figures.get("rechecks") or []
        return hidden_counts(rows, RECHECKED) if self.beyond else rows

    def steps(self) -> list[Row]:
        """Kinds of steps of which some are late."""
        rows: list[Row] = [row for row in self.figures.get("steps") or [] if row["late"]]
        return hidden_counts(rows, ("late",)) if self.beyond else rows

    def counts(self, name: str) -> Totals | None:
        """Counts of the whole county that stand by themselves."""
        found: Totals | None = self.figures.get(name)
        return hidden_totals(found) if self.beyond else found

    def cell(self, count: int | None) -> Cell:
        """A count in a table."""
        return HIDDEN if count is None and self.beyond else count


def with_data(rows: Sequence[Row], column: str = "filed") -> list[Row]:
    """Rows in which something was counted, or hidden."""
    return [row for row in rows if row[column] != 0]
