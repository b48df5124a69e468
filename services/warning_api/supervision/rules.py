"""Small cells are hidden from supervisors and systems (contract.md, Everywhere)."""

from collections.abc import Sequence
from typing import Any

#: A count below this could be somebody.
SMALLEST_SHOWN = 5


def hide_small_cells(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> list[dict[str, Any]]:
    """Counts from 1 to 4 become null, and so does the next smallest of a column where one alone was hidden, or
    where all that were hidden are ones: they could be had by subtraction from the column's total. What is
    derived from few (median, share) goes with its count."""
    hidden = [dict(row) for row in rows]
    for column in columns:
        counts = [(row[column], number) for number, row in enumerate(rows) if row[column]]
        small = [number for count, number in counts if count < SMALLEST_SHOWN]
        if len(small) == 1 or sum(rows[number][column] for number in small) == len(small):
            others = sorted((count, number) for count, number in counts if number not in small)
            small += [number for _, number in others[:1] if small]
        for number in small:
            hidden[number][column] = None
    for row in hidden:
        if row["verified"] is None:
            row["median_days"] = row["on_time_share"] = None
    return hidden
