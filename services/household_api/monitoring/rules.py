"""The course of a monitoring case (policy.md, Registry and monitoring). Decisions without I/O."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal

from services.household_api.registry.cells import MONITORING_TYPES
from shared.tables.words import RISK_TYPES as RISK_WORDS


class Channel(StrEnum):
    """When a way is open besides the ordinary course."""

    ORDINARY = "ordinary"
    #: A disaster or an accident: help first, papers after.
    GREEN = "green_channel"
    #: The papers of the green channel are not all there yet.
    PAPERS = "papers"
    #: The risk has ended by itself (everybody has died, has moved away).
    NATURAL = "natural"


@dataclass(frozen=True, slots=True)
class Way:
    """One allowed transition.

    ``county``: the county alone decides it; otherwise the township may as well. ``keeps``: what may be shown
    for it and is kept with the step. ``reason``: not without one. ``settled``: not while papers are owed.
    """

    to: str
    county: bool = False
    keeps: tuple[str, ...] = ()
    reason: bool = False
    channel: Channel = Channel.ORDINARY
    settled: bool = False


_VISIT: Final = Way("visited", keeps=("visit",))
_RETURN: Final = Way("returned", reason=True)
_RETURN_BY_COUNTY: Final = Way("returned", county=True, reason=True)
_REJECT: Final = Way("rejected", county=True, reason=True)
_ENDS_BY_ITSELF: Final = Way("eliminated", county=True, reason=True, channel=Channel.NATURAL)

#: From each state, where a case may go. Read by the code, the documentation and the console.
TRANSITIONS: Final[Mapping[str, tuple[Way, ...]]] = {
    "clue": (
        _VISIT,
        _REJECT,
        Way("assisted", county=True, keeps=("visit",), reason=True, channel=Channel.GREEN),
    ),
    "visited": (
        Way("appraised", keeps=("appraisal",)),
        # The village does not agree: its votes are kept with what follows from them.
        Way("returned", keeps=("appraisal",), reason=True),
        Way("rejected", county=True, keeps=("appraisal",), reason=True),
    ),
    "appraised": (Way("noticed", keeps=("notice",)), _RETURN, _REJECT),
    "noticed": (Way("submitted", keeps=("review",)), _RETURN, _REJECT),
    "submitted": (Way("cross_checked", county=True, keeps=("cross_check",)), _RETURN_BY_COUNTY, _REJECT),
    "cross_checked": (Way("approved", county=True), _RETURN_BY_COUNTY, _REJECT),
    "approved": (Way("assisted"), _ENDS_BY_ITSELF),
    "assisted": (
        Way("eliminated", county=True, settled=True),
        Way("visited", keeps=("visit",), channel=Channel.PAPERS),
        _ENDS_BY_ITSELF,
    ),
    "eliminated": (Way("relapsed"),),
    "relapsed": (_VISIT, Way("assisted", county=True), _ENDS_BY_ITSELF),
    "returned": (_VISIT, _REJECT),
    "rejected": (),
}

#: Where nobody but the county leads a case, from wherever it is.
COUNTY_DECIDES: Final = frozenset(
    to
    for to in TRANSITIONS
    if (ways := [way for ways in TRANSITIONS.values() for way in ways if way.to == to])
    and all(way.county for way in ways)
)

#: A household may have one case that is not at its end.
ENDED: Final = frozenset({"eliminated", "rejected"})

RISK_TYPES: Final = frozenset(RISK_WORDS.values())
TYPES: Final = frozenset(MONITORING_TYPES - {""})

#: Kinds of natural disasters after GB/T 28921.
DISASTER_WORDS: Final[Mapping[str, str]] = {
    "drought": "干旱",
    "flood": "洪涝",
    "typhoon": "台风",
    "hail": "风雹",
    "frost": "低温冷冻",
    "snow": "雪灾",
    "earthquake": "地震",
    "landslide": "地质灾害",
    "fire": "火灾",
    "pests": "病虫害",
    "other": "其他灾害",
}

ClockKind = Literal["approval", "papers", "plan"]
CLOCKS: Final[Mapping[ClockKind, str]] = {
    "approval": "县级批准",
    "papers": "绿色通道补齐手续",
    "plan": "制定帮扶计划",
}


def ways_from(state: str, channels: Collection[Channel]) -> dict[str, Way]:
    """Where a case may go now, by state; ``channels`` are open besides the ordinary course, and go before it."""
    open_ways: dict[str, Way] = {}
    for way in TRANSITIONS[state]:
        if way.settled and Channel.PAPERS in channels:
            continue
        if way.channel is Channel.ORDINARY or way.channel in channels:
            open_ways[way.to] = way
    return open_ways


def allowed_from(state: str, *, papers_owed: bool = False) -> tuple[str, ...]:
    """What a case's page offers: the ordinary course, and the papers of the green channel while they are owed."""
    return tuple(ways_from(state, {Channel.PAPERS} if papers_owed else ()))


def agrees(in_favour: int, present: int, share: Decimal) -> bool:
    """Whether the village's appraisal has carried: more than ``share`` of those present."""
    return in_favour > share * present


def type_of(household_type: str, income: Decimal | None, line: Decimal | None) -> str:
    """The monitored type where nobody states it (policy.md, Monitored types).

    Above the line it is sudden expense, not poor income, that threatens a household.
    """
    if income is not None and line is not None and income >= line:
        return "sudden_hardship"
    return "unstable_lifted" if household_type == "lifted" else "marginal"


def has_run(until: date | None, today: date) -> bool:
    """Whether a public notice has been up all its days."""
    return until is None or today > until
