"""The numbers of a bulletin, taken together over months and hidden where they could be somebody. No I/O.

``Loop`` is the loop by month and grouping: ``{cycle: {by: rows as schemas.LoopRow}}``.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Final

from services.warning_api.supervision.rules import (
    hide_small_cells,
    hide_small_counts,
)

Row = dict[str, Any]
Loop = Mapping[str, Mapping[str, Sequence[Row]]]

#: What a bulletin tells of the loop.
COUNTS: Final = (
    "pushed",
    "filed",
    "rejected",
    "dispatched",
    "received",
    "verified",
    "on_time",
    "risk_confirmed",
    "fed_back",
    "closed",
    "overdue",
    "answer_overdue",
)
KEPT: Final = ("key", "name", "org_code", *COUNTS, "median_days", "on_time_share")

GROUPINGS: Final = ("department", "township", "indicator")
RECTIFIED: Final = ("found", "rectified", "checked", "returned", "overdue", "rechecked", "recheck_failed")
RECHECKED: Final = ("sample", "done", "disagreed")


def rows_of(loop: Loop, cycles: Sequence[str], by: str) -> list[Row]:
    """One row for each key over the months, by key; null where a month's cell is hidden."""
    found: dict[str, Row] = {}
    for cycle in cycles:
        for row in loop.get(cycle, {}).get(by, ()):
            known = found.get(row["key"])
            found[row["key"]] = dict(row) if known is None else _together(known, row)
    return [found[key] for key in sorted(found)]


def _together(one: Row, other: Row) -> Row:
    """A median of medians would be nobody's; the share is counted anew."""
    made = {**one, **{name: added([one[name], other[name]]) for name in COUNTS}, "median_days": None}
    known = made["verified"] and made["on_time"] is not None
    made["on_time_share"] = round(made["on_time"] / made["verified"], 4) if known else None
    return made


def added(values: Iterable[int | None]) -> int | None:
    """The sum, or null where a part is hidden."""
    total = 0
    for value in values:
        if value is None:
            return None
        total += value
    return total


def totals_of(loop: Loop, cycles: Sequence[str]) -> dict[str, int | None] | None:
    """What all departments come to; None where nothing is known of any of the months."""
    rows = [row for cycle in cycles for row in loop.get(cycle, {}).get("department", ())]
    if not any(row["pushed"] or row["filed"] for row in rows):
        return None
    return {name: added(row[name] for row in rows) for name in COUNTS}


def hidden_rows(loop: Loop, cycles: Sequence[str], by: str) -> list[Row]:
    """As ``rows_of`` for readers beyond the county. A cell is hidden as well where that of one of its months is,
    which the difference to the others would tell; with it another one where it would stand alone."""
    months = {cycle: {by: _hidden_month(loop.get(cycle, {}), by)} for cycle in cycles}
    rows = rows_of(months, cycles, by)
    if len(cycles) == 1:
        return rows
    # One that is hidden already counts as a single, the least that it can be.
    least = [{**row, **{name: 1 if row[name] is None else row[name] for name in COUNTS}} for row in rows]
    for row, shown in zip(rows, hide_small_cells(least, COUNTS, _owner(by)), strict=True):
        row.update({name: shown[name] for name in COUNTS})
        if row["verified"] is None or row["on_time"] is None:
            row["on_time_share"] = None
    return rows


def _hidden_month(groups: Mapping[str, Sequence[Row]], by: str) -> list[Row]:
    """A department's indicators make up the department's number, so they are hidden where that is."""
    rows = hide_small_cells(list(groups.get(by, ())), COUNTS, _owner(by))
    if by == "indicator":
        departments = {row["key"]: row for row in _hidden_month(groups, "department")}
        for row in rows:
            whole = departments.get(row["org_code"], {})
            row.update({name: None for name in COUNTS if name in whole and whole[name] is None})
            if row["verified"] is None or row["on_time"] is None:
                row["median_days"] = row["on_time_share"] = None
    return rows


def _owner(by: str) -> Callable[[Row], Hashable]:
    """Whose number the rows of a grouping make up."""
    return (lambda row: row["org_code"]) if by == "indicator" else (lambda row: None)


def hidden_totals(totals: Mapping[str, int | None] | None) -> dict[str, int | None] | None:
    """A total that could itself be somebody is hidden, and one that leaves so few of another."""
    if totals is None:
        return None
    (told,) = hide_small_cells([dict(totals)], tuple(totals))
    return told


def hidden_counts(rows: Sequence[Row], columns: Sequence[str]) -> list[Row]:
    return hide_small_counts(rows, columns)
