"""How a project goes on, what may not be in the library, and out of which parts money comes. No I/O."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Literal

State = Literal[
    "reserve",
    "started",
    "under_construction",
    "completed",
    "accepted",
    "asset",
    "suspended",
    "terminated",
]

#: 储备 → 开工 → 在建 → 竣工 → 验收 → 资产 (policy.md, Funds), and the ways out of it. A suspended project goes back
#: to the state in which it was suspended. Code, documentation and console read this table.
TRANSITIONS: Mapping[State, tuple[State, ...]] = {
    "reserve": ("started", "terminated"),
    "started": ("under_construction", "suspended", "terminated"),
    "under_construction": ("completed", "suspended", "terminated"),
    "completed": ("accepted",),
    "accepted": ("asset",),
    "asset": (),
    "suspended": ("started", "under_construction", "terminated"),
    "terminated": (),
}

#: States in which money may be paid.
PAYABLE: frozenset[State] = frozenset(TRANSITIONS) - {"reserve", "suspended", "terminated"}

#: States that are entered with a reason.
NEEDS_REASON: frozenset[State] = frozenset({"suspended", "terminated"})

#: States in which money may be arranged and contracts may be made: the others are at their end.
ARRANGEABLE: frozenset[State] = frozenset(TRANSITIONS) - {"suspended", "terminated"}


def following(state: State, suspended_from: State | None) -> tuple[State, ...]:
    """Where a project may go now."""
    if state != "suspended":
        return TRANSITIONS[state]
    return tuple(to for to in TRANSITIONS[state] if to in (suspended_from, "terminated"))


def split(amount: Decimal, free: Sequence[Decimal]) -> list[Decimal] | None:
    """How much of ``amount`` comes out of each part: the first listed is used up first. None if too much."""
    taken = []
    for left in free:
        part = min(amount, left)
        taken.append(part)
        amount -= part
    return taken if amount == 0 else None


def listed(name: str, category: str, negative_list: Sequence[Mapping[str, Any]]) -> str | None:
    """The rule of the negative list that forbids a project, or None.

    ``negative_list``: parameter ``project_negative_list``, ``{rule, words[], categories[]}`` each. A word counts
    however it is spaced or written (NFKC).
    """
    plain = _plain(name)
    for entry in negative_list:
        if category in entry.get("categories", ()) or any(
            _plain(word) in plain for word in entry.get("words", ())
        ):
            return str(entry["rule"])
    return None


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


@dataclass(frozen=True, slots=True)
class Goal:
    """What a project was to reach (绩效目标): ``weight`` points of 100 for all of ``target``."""

    name: str
    unit: str
    target: Decimal
    weight: Decimal


def score(goals: Sequence[Goal], actual: Mapping[str, Decimal]) -> Decimal:
    """Points of 100: each goal's weight by the part of its target that was reached, at most all of it.

    Added up exactly, rounded half up to two places at the end.
    """
    points = Fraction(0)
    for goal in goals:
        reached = min(Fraction(actual[goal.name]) / Fraction(goal.target), Fraction(1))
        points += Fraction(goal.weight) * reached
    hundredths = points * 100
    return (
        (Decimal(hundredths.numerator) / Decimal(hundredths.denominator))
        .quantize(Decimal(1), ROUND_HALF_UP)
        .scaleb(-2)
    )


def grade(points: Decimal, grades: Mapping[str, Any]) -> str:
    """``grades``: parameter ``performance_grades``, the least points of each; below all of them ``poor``."""
    best_first = sorted(grades.items(), key=lambda each: Decimal(str(each[1])), reverse=True)
    return next((name for name, least in best_first if points >= Decimal(str(least))), "poor")
