"""How far spending and the industry share have come, against their parameters. No I/O.

Shares are exact fractions here, so that what is compared or subtracted is rounded only when it is shown.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

Card = Literal["none", "yellow", "red"]


@dataclass(frozen=True, slots=True)
class SpendingRule:
    """``required`` share by the end of each month (policy.md, Funds), and from how many points on a card is
    proposed: parameters ``spending_milestones``, ``card_yellow_points``, ``card_red_points``."""

    milestones: tuple[tuple[int, Fraction], ...]
    yellow_points: Fraction
    red_points: Fraction

    @classmethod
    def of(cls, milestones: Mapping[str, Any], yellow: Any, red: Any) -> "SpendingRule":
        ordered = sorted((int(month), Fraction(str(share))) for month, share in milestones.items())
        return cls(tuple(ordered), Fraction(str(yellow)), Fraction(str(red)))


@dataclass(frozen=True, slots=True)
class Milestone:
    """The last milestone whose day has come; before the first one, the first, which is not ``due``."""

    month: int
    due_on: date
    due: bool
    required: Decimal
    met: bool


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """``ahead_points``: percentage points ahead of spending that goes evenly with time."""

    share: Decimal
    ahead_points: Decimal
    milestone: Milestone
    proposed: Card
    reasons: tuple[Reason, ...]


def rounded(value: Fraction, places: int) -> Decimal:
    """Half up, as finance does."""
    sign = -1 if value < 0 else 1
    return Decimal(sign * int(abs(value) * 10**places + Fraction(1, 2))).scaleb(-places)


def linear_share(year: int, as_of: date) -> Fraction:
    """The part of the year that has passed on the evening of a day: a twelfth each month."""
    if as_of.year != year:
        return Fraction(int(as_of.year > year))
    days = monthrange(as_of.year, as_of.month)[1]
    return (as_of.month - 1 + Fraction(as_of.day, days)) / 12


def judge(allocated: Decimal, paid: Decimal, year: int, as_of: date, rule: SpendingRule) -> Verdict:
    """The progress of one unit and source. ``allocated`` is more than zero."""
    share = Fraction(paid) / Fraction(allocated)
    ends = [(month, _month_end(year, month), required) for month, required in rule.milestones]
    due = [end for end in ends if end[1] <= as_of]
    month, due_on, required = due[-1] if due else ends[0]
    milestone = Milestone(month, due_on, bool(due), rounded(required, 2), share >= required)
    behind = (required - share) * 100 if due else Fraction(0)
    proposed: Card = "none"
    if behind >= rule.red_points:
        proposed = "red"
    elif behind >= rule.yellow_points:
        proposed = "yellow"
    reasons = () if proposed == "none" else (_behind(month, required, share, behind),)
    ahead = rounded((share - linear_share(year, as_of)) * 100, 2)
    return Verdict(rounded(share, 4), ahead, milestone, proposed, reasons)


def _behind(month: int, required: Fraction, share: Fraction, behind: Fraction) -> Reason:
    return Reason(
        "behind_milestone",
        f"{month}月底应支付 {rounded(required * 100, 2)}%，实际 {rounded(share * 100, 2)}%，"
        f"落后 {rounded(behind, 2)} 个百分点",
    )


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


@dataclass(frozen=True, slots=True)
class IndustryVerdict:
    share: Decimal
    required: Decimal
    met: bool


def judge_industry(
    industry: Decimal, total: Decimal, level: str, required: Mapping[str, Any]
) -> IndustryVerdict:
    """``required``: parameter ``industry_share``, by level or ``other``. ``total`` is more than zero."""
    share = Fraction(industry) / Fraction(total)
    least = Fraction(str(required.get(level, required["other"])))
    return IndustryVerdict(rounded(share, 4), rounded(least, 2), share >= least)


def a_year_before(day: date) -> date:
    """The same day of the year before; of 29 February the day before it."""
    return day.replace(year=day.year - 1, day=min(day.day, monthrange(day.year - 1, day.month)[1]))


def compared(
    allocated: Decimal, paid: Decimal, before: tuple[Decimal, Decimal] | None
) -> dict[str, Decimal | None]:
    """The share a year before, and by how many percentage points it is more now; subtracted before rounding."""
    if before is None or not before[0]:
        return {"previous_share": None, "year_on_year_points": None}
    former = Fraction(before[1]) / Fraction(before[0])
    return {
        "previous_share": rounded(former, 4),
        "year_on_year_points": rounded((Fraction(paid) / Fraction(allocated) - former) * 100, 2),
    }
