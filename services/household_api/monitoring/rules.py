"""The course of a monitoring case (policy.md, Registry and monitoring). Decisions without I/O."""

from collections.abc import Mapping
from typing import Final

from services.household_api.registry.rules import MONITORING_TYPES
from shared.tables.words import RISK_TYPES as RISK_WORDS

#: From each state, where a case may go. Read by the code, the documentation and the console.
TRANSITIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "clue": ("visited", "rejected"),
    "visited": ("appraised", "returned", "rejected"),
    "appraised": ("noticed", "returned", "rejected"),
    "noticed": ("submitted", "returned", "rejected"),
    "submitted": ("cross_checked", "returned", "rejected"),
    "cross_checked": ("approved", "returned", "rejected"),
    "approved": ("assisted",),
    "assisted": ("eliminated",),
    "eliminated": ("relapsed",),
    "relapsed": ("visited", "assisted"),
    "returned": ("visited", "rejected"),
    "rejected": (),
}

#: What the county decides; the rest is the township's as well.
COUNTY_DECIDES: Final = frozenset({"cross_checked", "approved", "returned", "rejected", "eliminated"})

#: A household may have one case that is not at its end.
ENDED: Final = frozenset({"eliminated", "rejected"})

RISK_TYPES: Final = frozenset(RISK_WORDS.values())
TYPES: Final = frozenset(MONITORING_TYPES - {""})


def allowed_from(state: str) -> tuple[str, ...]:
    return TRANSITIONS[state]
