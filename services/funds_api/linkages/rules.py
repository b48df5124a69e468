"""How a project benefits a household, and when two linkages are one. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

Kind = Literal["employment", "land_rent", "dividend", "order", "training", "custody", "other"]

#: The word for each in tables.
WORDS: Final[Mapping[str, Kind]] = {
    "务工": "employment",
    "就业务工": "employment",
    "土地流转": "land_rent",
    "分红": "dividend",
    "收益分红": "dividend",
    "订单收购": "order",
    "订单": "order",
    "技术培训": "training",
    "培训": "training",
    "托养": "custody",
    "托管托养": "custody",
    "其他": "other",
}

#: What may bring a household no money.
WITHOUT_MONEY: Final[frozenset[Kind]] = frozenset({"training"})


@dataclass(frozen=True, slots=True)
class Period:
    """Both days are in it; ``ends_on`` None: until further notice."""

    starts_on: date
    ends_on: date | None

    def overlaps(self, other: "Period") -> bool:
        return self.starts_on <= (other.ends_on or date.max) and other.starts_on <= (self.ends_on or date.max)


#: Project, household and kind.
Bond = tuple[UUID, UUID, Kind]


def repeated(linkages: Sequence[tuple[Bond, Period]]) -> dict[int, int]:
    """Places whose bond and period meet those of an earlier place, and that place."""
    by_bond: dict[Bond, list[int]] = {}
    found: dict[int, int] = {}
    for place, (bond, period) in enumerate(linkages):
        earlier = by_bond.setdefault(bond, [])
        same = next((other for other in earlier if period.overlaps(linkages[other][1])), None)
        if same is not None:
            found[place] = same
        earlier.append(place)
    return found


#: A field, and what is wrong with it: code and message.
Problem = tuple[str, str, str]


def problems(kind: Kind, amount: Any, period: Period) -> list[Problem]:
    """What is wrong with one linkage by itself."""
    found: list[Problem] = []
    if amount == 0 and kind not in WITHOUT_MONEY:
        found.append(("amount", "amount_not_positive", "除技术培训外，年收益应大于零"))
    if period.ends_on is not None and period.ends_on < period.starts_on:
        found.append(("to", "period_reversed", "结束日期不能早于开始日期"))
    return found
