"""The course of a finding: from being found to being gone. Decisions without I/O."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

#: From each state, where a person may take a finding. A screening closes what is gone, and opens again what was
#: called corrected and is still there. Read by the code, the documentation and the console.
TRANSITIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "open": ("corrected", "explained"),
    "corrected": ("open", "explained"),
    "explained": ("accepted", "open", "corrected"),
    "accepted": ("open",),
    "closed": (),
}

STATES: Final = frozenset(TRANSITIONS)

#: Only the county says that an explanation holds, or that a correction does not.
COUNTY_DECIDES: Final = frozenset({"accepted", "open"})

#: What needs a reason.
NEEDS_REASON: Final = frozenset({"explained", "open"})

#: Length of the code of the place that is responsible.
PLACE_LENGTHS: Final = {"village": 12, "township": 9, "county": 6}


def is_overdue(state: str, due_on: date, today: date) -> bool:
    """The place responsible has not answered in time."""
    return state == "open" and due_on < today


def due_dates(today: date, days: Mapping[str, int]) -> dict[str, date]:
    """By severity."""
    return {severity: today + timedelta(days=count) for severity, count in days.items()}


def period_of(today: date, months: int) -> str:
    """The first month of the running period of ``months``, counted from January: ``2026-10``."""
    return f"{today.year}-{(today.month - 1) // months * months + 1:02d}"


def flattened(name: str, value: Any) -> dict[str, Any]:
    """A parameter as the statements of rules name it: ``name``, or ``name_key`` for each of its entries."""
    if isinstance(value, Mapping):
        return {f"{name}_{key}": entry for key, entry in value.items()}
    return {name: list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value}
