"""Small cells are hidden from supervisors and systems (contract.md, Everywhere); how two periods compare."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import combinations
from typing import Any, Final

from services.warning_api.counting.columns import OUTCOMES

#: A count below this could be somebody.
SMALLEST_SHOWN = 5

Row = dict[str, Any]

#: Counts whose sum is told as well, so that one of them could be had from the others.
PARTS_OF_A_SUM: Final = tuple(name for name in OUTCOMES if name != "risk_confirmed")


def hide_small_counts(
    rows: Sequence[Row], columns: Sequence[str], group: Callable[[Row], Hashable] = lambda row: None
) -> list[Row]:
    """Counts from 1 to 4 become null, and with them what would give them away to somebody who knows this rule and the
    column's total within each ``group`` of rows (the villages of a township, whose row is told elsewhere).

    That is so where one alone was hidden, or where all that were hidden must be ones, or must be fours: then the next
    smallest count goes too, with all that are equal to it, so that nothing depends on the order of rows; where there
    is no other, the zeros. What is hidden then can stand in another order, so that no single cell is certain.
    Where the whole column is ones, or a single number, there is nothing to hide behind: its total is small itself or
    tells them.
    """
    hidden = [dict(row) for row in rows]
    for members in _grouped(hidden, group):
        for column in columns:
            _hide(members, column)
    return hidden


def _grouped(rows: Sequence[Row], group: Callable[[Row], Hashable]) -> list[list[Row]]:
    groups: dict[Hashable, list[Row]] = {}
    for row in rows:
        groups.setdefault(group(row), []).append(row)
    return list(groups.values())


def _hide(rows: Sequence[Row], column: str) -> None:
    small = [row for row in rows if row[column] and row[column] < SMALLEST_SHOWN]
    if not small:
        return
    total = sum(row[column] for row in small)
    if len(small) == 1 or total in (len(small), len(small) * (SMALLEST_SHOWN - 1)):
        others = {row[column] for row in rows if row[column] is not None and row[column] >= SMALLEST_SHOWN}
        beside = min(others, default=0)
        small += [row for row in rows if row[column] == beside]
    for row in small:
        row[column] = None


#: The steps of a warning. Somebody who is told two of them is told how many are in between.
COURSE: Final = ("filed", "compared", "dispatched", "received", "verified", "fed_back", "closed")

#: What is left of the first count when the others are taken off (or of them, where they are more): who was visited
#: late, who waits for a department. Where that is small, the last of them is hidden.
LEFT_OVERS: Final[Sequence[tuple[str, ...]]] = (
    *combinations(COURSE, 2),
    *((step, "on_time") for step in COURSE[:5]),
    *((step, "risk_confirmed") for step in COURSE[:6]),
    ("dispatched", "verified", "overdue"),
    ("filed", "pushed"),
    # What was withdrawn is closed, and was perhaps never visited.
    *((step, "withdrawn") for step in (*COURSE[:4], "closed")),
    *((step, told, "withdrawn") for step, told in combinations(COURSE[:6], 2)),
    *((step, "on_time", "withdrawn") for step in COURSE[:5]),
    ("closed", "verified", "withdrawn"),
    ("closed", "fed_back", "withdrawn"),
    *combinations(("tasks", "tasks_verified", "tasks_closed"), 2),
)

#: Most visits answer one warning: either count tells the other.
TWINS: Final = (
    ("dispatched", "tasks"),
    ("verified", "tasks_verified"),
    ("closed", "tasks_closed"),
    ("overdue", "tasks_overdue"),
)


def hide_small_cells(
    rows: Sequence[Row], columns: Sequence[str], group: Callable[[Row], Hashable] = lambda row: None
) -> list[Row]:
    """The same for the loop. What is left between counts is hidden as a column of its own, with what would give it
    away, as long as all of these counts are shown. What is derived from few (median, share) goes with its count; of
    the outcomes only the confirmed risks are told, since all of them together are known."""
    hidden = hide_small_counts(rows, columns, group)
    groups = _grouped(hidden, group)
    _hide_twins(rows, hidden)
    for names in LEFT_OVERS:
        if set(names) <= set(columns):
            for members in groups:
                _hide_left_over(members, names)
            _hide_twins(rows, hidden)
    for column in columns:
        for members in groups:
            _hide_beside_one(members, column)
    _hide_twins(rows, hidden)
    for row in hidden:
        untold = [*PARTS_OF_A_SUM]
        if row.get("verified", 0) is None:
            untold += ["median_days", "on_time_share"]
        elif row.get("on_time", 0) is None:
            untold.append("on_time_share")
        row.update({name: None for name in untold if name in row})
    return hidden


def _hide_left_over(rows: Sequence[Row], names: Sequence[str]) -> None:
    """Nothing is left of a count of none: such a row hides no other."""
    whole, *taken_off = names
    shown = [row for row in rows if row[whole] and all(row[name] is not None for name in taken_off)]
    left = [{"left": abs(row[whole] - sum(row[name] for name in taken_off))} for row in shown]
    _hide(left, "left")
    for row, rest in zip(shown, left, strict=True):
        if rest["left"] is None:
            row[names[-1]] = None


def _hide_beside_one(rows: Sequence[Row], column: str) -> None:
    """One that is hidden alone would be had from the column's total."""
    shown = [row[column] for row in rows if row[column]]
    if shown and [row[column] for row in rows].count(None) == 1:
        for row in rows:
            if row[column] == min(shown):
                row[column] = None


def _hide_twins(rows: Sequence[Row], hidden: Sequence[Row]) -> None:
    """Departments and indicators have no tasks: their null hides nothing."""
    for row, shown in zip(rows, hidden, strict=True):
        for pair in TWINS:
            if all(row.get(name) is not None for name in pair) and None in [shown[name] for name in pair]:
                shown.update(dict.fromkeys(pair))


#: What two periods are compared in.
COMPARED: Final = ("filed", "verified", "risk_confirmed", "needs_department", "closed", "overdue", "tasks")


def compared_rows(now: Sequence[Row], before: Sequence[Row]) -> list[Row]:
    """One row for each key of either, by key: counts ``now``, ``before``, and the ``change``, which is null where one
    of them is. A key that is missing on one side has no warnings there."""
    sides = [{row["key"]: row for row in rows} for rows in (now, before)]
    names = {row["key"]: row["name"] for row in (*before, *now)}
    found = []
    for key in sorted(names):
        one, other = [{name: _count(side.get(key), name) for name in COMPARED} for side in sides]
        found.append(
            {
                "key": key,
                "name": names[key],
                "now": one,
                "before": other,
                "change": {name: _change(one[name], other[name]) for name in COMPARED},
            }
        )
    return found


def _count(row: Mapping[str, Any] | None, name: str) -> int | None:
    return 0 if row is None else row[name]


def _change(now: int | None, before: int | None) -> int | None:
    return None if now is None or before is None else now - before


def same_month_last_year(cycle: str) -> str:
    return f"{int(cycle[:4]) - 1:04}{cycle[4:]}"
