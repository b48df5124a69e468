"""What is counted of the loop, and the steps in which days are counted."""

from typing import Final

#: Columns of counts, each of warnings (or of tasks). The last seven are the outcomes of a visit.
COUNTS: Final = (
    "filed",
    "compared",
    "dispatched",
    "received",
    "verified",
    "on_time",
    "fed_back",
    "closed",
    "withdrawn",
    "risk_confirmed",
    "needs_department",
    "no_risk",
    "already_covered",
    "not_found",
    "moved",
    "deceased",
)
OUTCOMES: Final = COUNTS[COUNTS.index("risk_confirmed") :]

#: Days from dispatch to verification are rounded down to one of these, so that their median can be kept up to date:
#: quarters of a day in the first three days, halves up to ten, whole days up to twenty, and twenty for all beyond.
STEPS: Final = (
    *(quarter / 4 for quarter in range(13)),
    *(half / 2 for half in range(7, 21)),
    *(float(day) for day in range(11, 21)),
)
