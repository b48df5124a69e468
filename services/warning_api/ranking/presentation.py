"""A ranking as its readers may see it: small cells that could be somebody are hidden from supervisors."""

from collections.abc import Iterable, Mapping, Sequence, Set
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy.engine import RowMapping

from services.warning_api.ranking.components import COMPONENTS
from services.warning_api.ranking.rules import rounded
from services.warning_api.supervision.rules import hide_small_counts
from services.warning_api.supervision.service import SMALL_CELLS_HIDDEN
from shared.db import Transaction
from shared.regions import regions_to_show


async def in_full(tx: Transaction, ranking: RowMapping, lines: Sequence[RowMapping]) -> dict[str, Any]:
    """As ``schemas.RankingInFull``."""
    names, serves = await _names(tx)
    weights = next(each["value"] for each in ranking["used"] if each["name"] == "ranking_weights")
    hidden = could_be_somebody(lines, weights) if tx.roles & SMALL_CELLS_HIDDEN else frozenset()
    return {**ranking, "lines": [_line(line, weights, names, serves, hidden) for line in lines]}


def could_be_somebody(
    lines: Sequence[RowMapping | Mapping[str, Any]], components: Iterable[str]
) -> Set[tuple[str, str]]:
    """``(township_code, component)`` of the numbers that statistics would hide: few are counted, or few are not, or
    the number would give away that of another township."""
    hidden = set()
    for name in components:
        if not COMPONENTS[name].of_somebody:
            continue
        found = {line["township_code"]: line["components"][name] for line in lines}
        rows = [
            {"code": code, "counted": each["numerator"], "not": each["denominator"] - each["numerator"]}
            for code, each in found.items()
            if each["denominator"]
        ]
        hidden |= {
            (row["code"], name)
            for row in hide_small_counts(rows, ["counted", "not"])
            if None in (row["counted"], row["not"])
        }
    return hidden


async def _names(tx: Transaction) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Names of townships, and the units that each serves; above a county codes stand for themselves."""
    if tx.reach.county is None:
        return {}, {}
    townships = (await regions_to_show(tx)).townships()
    serves: dict[str, list[str]] = {}
    for unit in townships:
        if unit.served_by is not None:
            serves.setdefault(unit.served_by, []).append(unit.code)
    return {township.code: township.name for township in townships}, serves


def _line(
    line: RowMapping,
    weights: Mapping[str, str],
    names: Mapping[str, str],
    serves: Mapping[str, list[str]],
    hidden: Set[tuple[str, str]],
) -> dict[str, Any]:
    code = line["township_code"]
    components = [
        _component(name, line["components"][name], weight, hidden=(code, name) in hidden)
        for name, weight in weights.items()
    ]
    # The whole and the other parts would tell the hidden one.
    untold = any(component["hidden"] for component in components)
    return {
        "township_code": code,
        "name": names.get(code, code),
        "rank": line["rank"],
        "score": None if untold or line["score"] is None else str(line["score"]),
        "last": line["last"],
        "tied_at_border": line["tied_at_border"],
        "serves": serves.get(code, []),
        "components": components,
    }


def _component(name: str, found: Mapping[str, Any], weight: str, *, hidden: bool) -> dict[str, Any]:
    component = COMPONENTS[name]
    numerator, denominator = found["numerator"], found["denominator"]
    return {
        "component": name,
        "name": component.name,
        "counted": component.counted,
        "of": component.of,
        "weight": str(Decimal(weight)),
        "numerator": None if hidden else numerator,
        "denominator": None if hidden else denominator,
        "value": None if hidden or not denominator else str(_share(numerator, denominator)),
        "score": None if hidden else found["score"],
        "small": found["small"] and not hidden,
        "hidden": hidden,
    }


def _share(numerator: int, denominator: int) -> Decimal:
    return rounded(Fraction(numerator, denominator), "0.0001")
