"""Which steps of the loop have a clock, and who is told at which level (policy.md, The loop, 5 to 7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

Step = Literal[
    "receipt",
    "verification",
    "extension",
    "assignment",
    "acceptance",
    "answer",
    "needs_department",
    "redirection",
]

#: In rising order: the officer is reminded, whoever leads the township or department is told, the county has it on
#: its list.
LEVELS = ("reminder", "leader", "county")

Level = Literal["reminder", "leader", "county"]


@dataclass(frozen=True, slots=True)
class OverdueFilter:
    step: str | None = None
    level: str | None = None
    region: str | None = None
    org: str | None = None


def offsets(days: Mapping[str, int | None]) -> dict[str, int]:
    """Level to the first day on which it is reached, counted from the due day. ``days``: before it for the reminder,
    after it for the others; a level without a number is left out."""
    found = {}
    for level in LEVELS:
        number = days.get(level)
        if number is not None:
            found[level] = -number if level == "reminder" else number + 1
    return found


def horizon_days(reached: Mapping[str, int]) -> int:
    """How many days ahead of today a due day can lie for anything to be told of it."""
    return max((-offset for offset in reached.values()), default=-1)


def sequence(due_on: date, level: str) -> int:
    """Rises with the due day and the level, as receivers of events expect it of one subject."""
    return due_on.toordinal() * 10 + LEVELS.index(level)


def higher(levels: Sequence[str] = LEVELS) -> dict[str, tuple[str, ...]]:
    """Level to those above it."""
    return {level: tuple(levels[place + 1 :]) for place, level in enumerate(levels)}
