"""Scores, places and what follows from them (policy.md, Supervision; 一季一排序)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

#: The one table of a ranking's states: from → to.
TRANSITIONS: Final[Mapping[str, tuple[str, ...]]] = {"computed": ("published",), "published": ()}

#: And of a proposal's; a later edition of the ranking takes the place of what nobody has decided.
PROPOSAL_TRANSITIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "proposed": ("issued", "dismissed", "superseded"),
    "issued": (),
    "dismissed": (),
    "superseded": (),
}

KIND_WORDS: Final[Mapping[str, str]] = {
    "warning": "提醒",
    "yellow_card": "黄牌",
    "removal_proposed": "调整岗位建议",
}

BEST: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Count:
    """The counted of all rows of one component."""

    numerator: int
    denominator: int


def component_score(count: Count, *, good: bool) -> Fraction | None:
    """0 to 100; None where there is nothing to judge by."""
    if count.denominator == 0:
        return None
    share = Fraction(count.numerator, count.denominator)
    return 100 * (share if good else 1 - share)


def total_score(scores: Mapping[str, Fraction | None], weights: Mapping[str, Decimal]) -> Decimal | None:
    """The mean by weight, to two places. What a township has no rows for weighs nothing, for it and against it: the
    others weigh more; None where nothing is left."""
    judged = {
        name: Fraction(weight) for name, weight in weights.items() if scores.get(name) is not None and weight
    }
    whole = sum(judged.values())
    if not whole:
        return None
    total = sum(((scores[name] or Fraction(0)) * weight for name, weight in judged.items()), Fraction(0))
    return rounded(total / whole)


def rounded(value: Fraction, places: str = "0.01") -> Decimal:
    """Half up."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(places), ROUND_HALF_UP)


def places(scores: Mapping[str, Decimal]) -> dict[str, int]:
    """The place of each; equal scores share the better one, and the next ones are left out (1, 2, 2, 4)."""
    return {name: 1 + sum(other > score for other in scores.values()) for name, score in scores.items()}


def last_places(scores: Mapping[str, Decimal], most: int) -> tuple[set[str], set[str]]:
    """Who is certainly among the last ``most``, and who is tied across the border and therefore is not proposed.

    Never more than the worse half, and nobody with the best score there can be.
    """
    most = min(most, len(scores) // 2)
    last: set[str] = set()
    tied: set[str] = set()
    for name, score in scores.items():
        if score >= BEST or sum(other < score for other in scores.values()) >= most:
            continue
        fits = sum(other <= score for other in scores.values()) <= most
        (last if fits else tied).add(name)
    return last, tied


def earlier_quarters(
    quarter: str, before: Callable[[str, int], Sequence[str]], counting: str
) -> Sequence[str]:
    """The quarters in which being last counts together with this one, the nearest first: those of the year, or, for
    ``consecutive``, as many as two years have (the row ends with the first that does not count)."""
    if counting == "within_year":
        return [each for each in before(quarter, 3) if each[:4] == quarter[:4]]
    return before(quarter, 8)


def standing_before(earlier: Sequence[str], issued: Mapping[str, str], counting: str) -> list[str]:
    """The ids of what was issued in the ``earlier`` quarters (quarter → id); for ``consecutive`` up to the first
    gap."""
    found = []
    for quarter in earlier:
        if quarter in issued:
            found.append(issued[quarter])
        elif counting == "consecutive":
            break
    return found


def consequence(occurrence: int, consequences: Sequence[str]) -> str:
    """What is proposed the first, second, … time; further times what the last one says."""
    return consequences[min(occurrence, len(consequences)) - 1]
