"""The three months that a ranking, a bulletin or a survey is about (policy.md, The loop, 8)."""

import re
from datetime import date, timedelta
from typing import Annotated

from pydantic import StringConstraints

from services.warning_api.cycles.rules import first_day, next_cycle

QUARTER = re.compile(r"[12][0-9]{3}-Q[1-4]")

#: A quarter, ``2026-Q4``.
QuarterCode = Annotated[str, StringConstraints(pattern=f"^{QUARTER.pattern}$")]


def quarter_of(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"


def cycles_of(quarter: str) -> list[str]:
    """Its three cycles, ``2026-Q4``: October, November, December."""
    first = int(quarter[-1]) * 3 - 2
    return [f"{quarter[:4]}-{month:02d}" for month in range(first, first + 3)]


def quarter_starts(quarter: str) -> date:
    return first_day(cycles_of(quarter)[0])


def quarter_ends(quarter: str) -> date:
    """Its last day."""
    return first_day(next_cycle(cycles_of(quarter)[-1])) - timedelta(days=1)


def previous_quarters(quarter: str, count: int) -> list[str]:
    """The ``count`` quarters before ``quarter``, the nearest first."""
    found: list[str] = []
    day = quarter_starts(quarter)
    for _ in range(count):
        day = quarter_starts(quarter_of(day - timedelta(days=1)))
        found.append(quarter_of(day))
    return found


def quarter_words(quarter: str) -> str:
    """As people write it: 2026年第四季度."""
    return f"{quarter[:4]}年第{'一二三四'[int(quarter[-1]) - 1]}季度"
