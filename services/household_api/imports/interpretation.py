"""What a row says besides the registry's own fields: places by name, months for dates, and the household's facts.

Facts are the incomes of twelve months and what the national system says of the household. Decisions without I/O.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeVar

import msgspec

from services.household_api.imports.columns import (
    ELIMINATION_KINDS,
    INCOME_COLUMNS,
    NATIONAL_COLUMNS,
    PLACES,
    RISKS,
)
from services.household_api.imports.layouts import Layout
from services.household_api.imports.places import Places
from services.household_api.registry.cells import MONITORING_TYPES
from services.household_api.registry.rules import INCOME_LIMIT, RowError, too_much
from shared.tables.cells import CellError, to_amount, to_date, to_int, to_text
from shared.tables.words import RISK_TYPES

Values = dict[str, object]

FACT_FIELDS: Final = frozenset(column.name for column in (*PLACES, *INCOME_COLUMNS, *NATIONAL_COLUMNS))
#: A cell that is merged over a household's rows stands in the first of them only.
OF_THE_HOUSEHOLD: Final = (
    *sorted(FACT_FIELDS),
    "region_code",
    "household_type",
    "monitoring_type",
    "risk_eliminated",
)
AMOUNTS: Final = ("wages", "business", "property", "transfers", "costs")
#: What a household may lose money on; the rest is at least nothing.
MAY_BE_NEGATIVE: Final = frozenset({"business"})
MOST_MEMBERS: Final = 100
#: A family whose number is not told is taken for no larger when its income is judged.
LARGE_FAMILY: Final = 10

#: What a household that the national system monitors is beside it, where the list has no such column.
TYPE_OF_MONITORED: Final = {
    "unstable_lifted": "lifted",
    "marginal": "ordinary",
    "sudden_hardship": "ordinary",
}

_MONTH = re.compile(r"(\d{4})(?:[-./年])?(0?[1-9]|1[0-2])月?", re.ASCII)
_RISK_CODES: Final = frozenset(RISK_TYPES.values())
_ELIMINATIONS: Final = frozenset(ELIMINATION_KINDS.values())

T = TypeVar("T")

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Said:
    """``values``: for the registry's own check; ``facts``: as JSON, for ``registry.facts``."""

    values: Mapping[str, object]
    facts: str | None = None
    errors: list[RowError] = field(default_factory=list)


class Interpreter:
    """Reads rows of one layout. ``as_of``: until when the incomes were earned, where a row does not say it;
    ``most``: the income per head above which a comma has slipped, in yuan a year."""

    def __init__(
        self, layout: Layout, places: Places, today: date, as_of: date | None, most: Decimal
    ) -> None:
        self._layout = layout
        self._places = places
        self._today = today
        self._as_of = as_of
        self._most = most
        self._former: Mapping[str, object] = {}

    def read(self, values: Mapping[str, object]) -> Said:
        if not self._layout.national and FACT_FIELDS.isdisjoint(values):
            return Said(values)
        own: Values = dict(values)
        if self._layout.national:
            self._fill(own)
        reading = _Reading(own, self._layout.dates == "month", self._today)
        if not to_word(own.get("region_code")):
            self._place(reading, own)
        if self._layout.national:
            _derive(own)
        facts: dict[str, Any] = {}
        if income := self._income(reading):
            facts["income"] = income
        if self._layout.national:
            facts["national"] = self._national(reading)
        return Said(own, _encode(facts).decode() if facts else None, reading.errors)

    def _fill(self, own: Values) -> None:
        """Take what stands in cells that are merged with those above."""
        if to_word(own.get("household_no")) and own.get("household_no") == self._former.get("household_no"):
            for name in OF_THE_HOUSEHOLD:
                if name in own and not to_word(own[name]):
                    own[name] = self._former.get(name)
        self._former = dict(own)

    def _place(self, reading: "_Reading", own: Values) -> None:
        names = [to_word(own.get(column.name)) for column in PLACES]
        if not any(names):
            return
        found = self._places.find(*names)
        if isinstance(found, RowError):
            reading.errors.append(found)
        else:
            own["region_code"] = found

    def _income(self, reading: "_Reading") -> dict[str, Any] | None:
        amounts = {name: reading.amount(name) for name in AMOUNTS}
        as_of = reading.day("as_of") or self._as_of
        members = reading.optional("members", to_int)
        if members is not None and not 1 <= members <= MOST_MEMBERS:
            reading.refuse("members", "members_impossible", f"家庭人口数应在 1 到 {MOST_MEMBERS} 之间")
        if all(amount is None for amount in amounts.values()):
            return None
        self._plausible(reading, amounts, members)
        told = {name: str(amount or 0) for name, amount in amounts.items()}
        return told | {"as_of": as_of and as_of.isoformat(), "members": members}

    def _plausible(
        self, reading: "_Reading", amounts: Mapping[str, Decimal | None], members: int | None
    ) -> None:
        for name, amount in amounts.items():
            if amount is not None and amount / (members or LARGE_FAMILY) > self._most:
                reading.refuse(name, INCOME_LIMIT, too_much(self._most))

    def _national(self, reading: "_Reading") -> dict[str, Any]:
        identified, eliminated = reading.day("identified_on"), reading.day("eliminated_on")
        if identified and eliminated and eliminated < identified:
            reading.refuse(
                "eliminated_on", "eliminated_before_identified", "消除监测时间早于识别监测时间，请核对"
            )
        risks = [reading.code(column.name, _RISK_CODES, "致贫返贫风险") for column in RISKS]
        per_head = reading.amount("per_capita_income", negative=True)
        if per_head is not None and per_head > self._most:
            reading.refuse("per_capita_income", INCOME_LIMIT, too_much(self._most))
        return {
            "monitoring_type": reading.code("monitoring_type", MONITORING_TYPES, None) or "",
            "risk_eliminated": to_word(reading.values.get("risk_eliminated")).lower() == "true",
            "identified_on": identified and identified.isoformat(),
            "eliminated_on": eliminated and eliminated.isoformat(),
            "elimination_kind": reading.code("elimination_kind", _ELIMINATIONS, "风险消除方式") or "",
            "risk_types": list(dict.fromkeys(risk for risk in risks if risk)),
            "per_capita_income": None if per_head is None else str(per_head),
        }


class _Reading:
    """One row being read; gathers what is wrong with it."""

    def __init__(self, values: Mapping[str, object], months: bool, today: date) -> None:
        self.values = values
        self.errors: list[RowError] = []
        self._months = months
        self._today = today

    def refuse(self, name: str, code: str, message: str) -> None:
        self.errors.append(RowError(name, code, message))

    def optional(self, name: str, read: Callable[[object], T | None]) -> T | None:
        value = self.values.get(name)
        if value is None or value == "":
            return None
        try:
            return read(value)
        except CellError as error:
            self.refuse(name, error.code, error.message)
            return None

    def amount(self, name: str, *, negative: bool = False) -> Decimal | None:
        found = self.optional(name, to_amount)
        if found is not None and found < 0 and not negative and name not in MAY_BE_NEGATIVE:
            self.refuse(name, f"{name}_negative", "金额不能为负数，请核对")
        return found

    def day(self, name: str) -> date | None:
        """A day that has come; of a month its first."""
        found = self.optional(name, self._to_day)
        if found is not None and found > self._today:
            self.refuse(name, "date_in_future", "日期晚于今天，请核对")
        return found

    def _to_day(self, value: object) -> date | None:
        if self._months and (month := _MONTH.fullmatch(to_word(value))):
            return date(int(month[1]), int(month[2]), 1)
        return to_date(value)

    def code(self, name: str, codes: frozenset[str], label: str | None) -> str | None:
        """A code of a vocabulary. ``label`` None: somebody else refuses what is none."""
        word = to_word(self.values.get(name))
        if word and word not in codes and label:
            self.refuse(name, f"{name}_unknown", f"不认识的{label}，请用规定的词，或在导入格式中对照")
        return word if word in codes else None


def to_word(value: object) -> str:
    """A cell as a word; empty for what is no text."""
    try:
        return to_text(value, 100) or ""
    except CellError:
        return ""


def _derive(own: Values) -> None:
    """What the registry needs and the export does not have in its own words."""
    if not to_word(own.get("household_type")):
        own["household_type"] = TYPE_OF_MONITORED.get(to_word(own.get("monitoring_type")), "")
    # A month of birth is no birth date; the number tells the day.
    if _MONTH.fullmatch(to_word(own.get("birth_date"))):
        own["birth_date"] = None
