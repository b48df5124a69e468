"""Kinds and states of campaigns (policy.md, The loop, 8)."""

from datetime import date
from typing import Final

from services.warning_api.cycles.quarters import quarter_of

#: 季度遍访 each quarter, 集中排查 each half of a year; also the indicator of the clues that they make.
WALK_THROUGH: Final = "walk_through"
CENSUS: Final = "census"
KINDS: Final = {WALK_THROUGH: "季度遍访", CENSUS: "集中排查"}

#: The one table of a campaign's states: from → to. The worker makes an end of ``preparing`` and ``cancelling``.
TRANSITIONS: Final[dict[str, tuple[str, ...]]] = {
    "preparing": ("open", "cancelling"),
    "open": ("closed", "cancelling"),
    "closed": (),
    "cancelling": ("cancelled",),
    "cancelled": (),
}

#: What the county may ask for, and the state that it leads to.
ASKED: Final = {"closed": "closed", "cancelled": "cancelling"}

#: States in which the worker has something to do.
UNFINISHED: Final = ("preparing", "cancelling")


def period_of(kind: str, day: date) -> str:
    """The quarter or half of a year that a campaign begun on ``day`` is for: ``2026-Q4``, ``2026-H2``."""
    return quarter_of(day) if kind == WALK_THROUGH else f"{day.year}-H{1 if day.month <= 6 else 2}"
