"""Where the finance bureau's figures and ours differ. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

Kind = Literal["paid_differs", "paid_exceeds", "allocated_differs", "not_ours", "not_reported"]

WORDS: Final[Mapping[Kind, str]] = {
    "paid_differs": "已支付数不符",
    "paid_exceeds": "财政所报已支付数超过指标",
    "allocated_differs": "指标金额不符",
    "not_ours": "系统中没有该单位、该文号的指标",
    "not_reported": "财政报表中没有该单位、该文号",
}

#: Unit and document number.
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Figures:
    """Yuan; ``allocated`` is None where the bureau did not say."""

    allocated: Decimal | None
    paid: Decimal


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """``difference``: theirs less ours, of what ``kind`` is about."""

    kind: Kind
    region_code: str
    document_no: str
    theirs: Decimal | None
    ours: Decimal | None
    difference: Decimal


def compare(theirs: Mapping[Place, Figures], ours: Mapping[Place, Figures]) -> list[Discrepancy]:
    """Every difference, by unit and document."""
    found: list[Discrepancy] = []
    for place in sorted(theirs.keys() | ours.keys()):
        found += _at(place, theirs.get(place), ours.get(place))
    return found


def _at(place: Place, reported: Figures | None, known: Figures | None) -> Sequence[Discrepancy]:
    nothing = Decimal("0.00")
    if reported is None and known is not None:
        if known.paid == nothing:
            return ()
        return (Discrepancy("not_reported", *place, None, known.paid, -known.paid),)
    if reported is None:
        return ()
    if known is None:
        return (Discrepancy("not_ours", *place, reported.paid, None, reported.paid),)
    found = []
    if reported.allocated is not None and reported.allocated != known.allocated:
        ours = known.allocated or nothing
        found.append(
            Discrepancy("allocated_differs", *place, reported.allocated, ours, reported.allocated - ours)
        )
    if reported.paid != known.paid:
        found.append(
            Discrepancy("paid_differs", *place, reported.paid, known.paid, reported.paid - known.paid)
        )
    limit = known.allocated or nothing
    if reported.paid > limit:
        found.append(Discrepancy("paid_exceeds", *place, reported.paid, limit, reported.paid - limit))
    return found
