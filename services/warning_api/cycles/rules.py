"""When a cycle is open (policy.md, The loop, 1). Days are Asia/Shanghai days."""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

CYCLE = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Window:
    """The days, both inclusive, on which normal batches of ``cycle`` are taken."""

    cycle: str
    opens_on: date
    closes_on: date
    version: int = 0

    def state(self, today: date) -> str:
        if today < self.opens_on:
            return "upcoming"
        return "open" if today <= self.closes_on else "closed"


def cycle_of(day: date) -> str:
    """The cycle of a day: its calendar month."""
    return f"{day:%Y-%m}"


def first_day(cycle: str) -> date:
    return date.fromisoformat(f"{cycle}-01")


def next_cycle(cycle: str) -> str:
    return cycle_of(first_day(cycle) + timedelta(days=31))


def previous_cycles(cycle: str, count: int) -> list[str]:
    """The ``count`` cycles before ``cycle``, the nearest first."""
    found: list[str] = []
    day = first_day(cycle)
    for _ in range(count):
        day = (day - timedelta(days=1)).replace(day=1)
        found.append(cycle_of(day))
    return found


def window_by_rule(cycle: str, opens_day: int, closes_day: int) -> Window:
    """The window of ``cycle`` from the county's parameters; a day that a month lacks is its last."""
    start = first_day(cycle)
    last = calendar.monthrange(start.year, start.month)[1]
    return Window(cycle, start.replace(day=min(opens_day, last)), start.replace(day=min(closes_day, last)))


def reminder_due(window: Window, today: date, days: Iterable[int]) -> date | None:
    """The last day up to today on which silent departments are reminded, so many ``days`` before closing; None
    outside the window. A day on which nobody could remind is made up for on the next."""
    if window.state(today) != "open":
        return None
    due = (window.closes_on - timedelta(days=before) for before in days)
    return max((day for day in due if day <= today), default=None)


def admission(window: Window, today: date, *, reopened_until: date | None) -> str | None:
    """How a normal batch is taken today: ``in_time``, ``late`` (reopened), or None for not at all."""
    if window.state(today) == "open":
        return "in_time"
    if reopened_until is not None and today <= reopened_until:
        return "late"
    return None
