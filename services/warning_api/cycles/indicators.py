"""The catalogue of warning indicators, from the county's parameter ``warning_indicators``."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from shared.db import Transaction
from shared.parameters import parameter
from shared.tables.columns import plain_word
from shared.tables.words import RISKS


@dataclass(frozen=True, slots=True)
class Indicator:
    """``thresholds``: yuan by household type; a warning below the threshold of its household is marked."""

    code: str
    org_code: str
    name: str
    unit: str | None
    thresholds: Mapping[str, Decimal]
    risk_type: str

    def is_below(self, household_type: str | None, amount: Decimal | None) -> bool:
        """Whether ``amount`` lies below the threshold for this household; nothing to compare is not below."""
        limit = self.thresholds.get(household_type or "", self.thresholds.get("other"))
        return amount is not None and limit is not None and amount < limit


#: What the other ways in tell of: risks by their codes, and visits to everybody. No department's, so not listed.
OF_OTHER_WAYS_IN: Final = {
    code: Indicator(code, "", word, None, {}, code) for code, word in RISKS.words.items()
} | {
    code: Indicator(code, "", word, None, {}, "other")
    for code, word in (("walk_through", "季度遍访"), ("census", "集中排查"))
}


class Catalogue:
    """Indicators by code, and by the name that departments write."""

    def __init__(self, entries: list[Mapping[str, Any]], version: int) -> None:
        self.version = version
        self.indicators = [
            Indicator(
                entry["code"],
                entry["org_code"],
                entry["name"],
                entry.get("unit"),
                {kind: Decimal(amount) for kind, amount in entry.get("thresholds", {}).items()},
                entry["risk_type"],
            )
            for entry in entries
        ]
        self._by_word = {plain_word(i.name): i for i in self.indicators}
        self._by_word |= {plain_word(i.code): i for i in self.indicators}

    def find(self, word: str, org: str) -> Indicator | None:
        """The indicator that ``org`` means by a code or a name."""
        found = self._by_word.get(word) or self._by_word.get(plain_word(word))
        return found if found is not None and found.org_code == org else None

    def get(self, code: str) -> Indicator | None:
        """The indicator of a filed warning, whichever way it came in."""
        return self._by_word.get(plain_word(code)) or OF_OTHER_WAYS_IN.get(code)


async def catalogue(tx: Transaction) -> Catalogue:
    found = await parameter(tx, "warning_indicators")
    return Catalogue(found.value, found.version)
