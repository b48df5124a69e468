"""Small cells are hidden from supervisors and systems (contract.md, Everywhere); how two periods compare."""

from collections.abc import Callable, Hashable, Mapping, Sequence
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
    groups: dict[Hashable, list[Row]] = {}
    for row in hidden:
        groups.setdefault(group(row), []).append(row)
    for members in groups.values():
        for column in columns:
            _hide(members, column)
    return hidden


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


#: What is left of one count when another is taken off: who was visited late, who waits for a department. Somebody
#: who is told both is told it.
REMAINDERS: Final = {"late": ("verified", "on_time"), "waiting": ("fed_back", "closed")}


def hide_small_cells(
    rows: Sequence[Row], columns: Sequence[str], group: Callable[[Row], Hashable] = lambda row: None
) -> list[Row]:
    """The same for the loop. A small remainder is hidden as a column of its own, with what would give it away, by
    hiding what was taken off. What is derived from few (median, share) goes with its count; of the outcomes only the
    confirmed risks are told, since all of them together are known."""
    left = {name: pair for name, pair in REMAINDERS.items() if set(pair) <= set(columns)}
    told = [
        {**row, **{name: max(0, row[whole] - row[taken_off]) for name, (whole, taken_off) in left.items()}}
        for row in rows
    ]
    hidden = hide_small_counts(told, [*columns, *left], group)
    for row in hidden:
        for name, (_, taken_off) in left.items():
            if row.pop(name) is None:
                row[taken_off] = None
        if row["verified"] is None:
            row["median_days"] = row["on_time_share"] = None
        if "on_time" in row and row["on_time"] is None:
            row["on_time_share"] = None
        row.update(dict.fromkeys((name for name in PARTS_OF_A_SUM if name in row), None))
    return hidden


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
