"""What a warning or a task counts for, and the median of days, without a database."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import accumulate
from typing import Any, Final, NamedTuple

from services.warning_api.counting.columns import STEPS

UNREGISTERED: Final = "unregistered"


class Standing(NamedTuple):
    """What a warning or a task counts for before anybody has visited. ``due_on``: of its open task."""

    counted: str
    region_code: str
    org_code: str
    indicator: str
    household_type: str
    due_on: date | None
    compared: int = 0
    dispatched: int = 0
    received: int = 0
    closed: int = 0


class Entry(NamedTuple):
    """What is added to one cell, in the order that ``add_loop_counts`` takes it."""

    counted: str
    level: str
    region_code: str
    org_code: str
    indicator: str
    household_type: str
    due_on: date | None
    filed: int
    compared: int
    dispatched: int
    received: int
    closed: int
    waiting: int


#: Of an entry, the numbers.
COUNTED: Final = Entry._fields[Entry._fields.index("filed") :]


def entries(standings: Counter[Standing], county: str) -> Iterator[Entry]:
    """The entries of so many standings (negative: taken off): in the township, and in the village."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    for standing, number in standings.items():
        counted, village, org, indicator, household_type, due_on, *flags = standing
        township = village[:9] if len(village) >= 9 else county
        for cell in (
            (counted, "township", township, org, indicator, household_type, due_on),
            (counted, "village", village, org, "", "", due_on),
        ):
            counts = sums.setdefault(cell, [0] * (1 + len(flags)))
            for place, flag in enumerate((1, *flags)):
                counts[place] += number * flag
    for cell, counts in sums.items():
        if any(counts):
            yield Entry._make((*cell, *counts, 0 if cell[-1] is None else counts[0]))


def median(took: Sequence[int]) -> float | None:
    """The median of so many durations of each step, half way between the two in the middle; None for none."""
    total = sum(took)
    if not total:
        return None
    up_to = list(accumulate(took))

    def at(place: int) -> float:
        return next(days for days, reached in zip(STEPS, up_to, strict=True) if place < reached)

    return (at((total - 1) // 2) + at(total // 2)) / 2
