"""Working days. Which days are holidays is published year by year, so it is a parameter with its document."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from shared.db.transaction import Transaction
from shared.parameters import parameter

DayKind = Literal["calendar", "working"]

_SATURDAY: Final = 5
_ONE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Weekends are free but for ``working_weekends``; ``holidays`` are free."""

    holidays: frozenset[date]
    working_weekends: frozenset[date]

    @classmethod
    def of(cls, holidays: Iterable[str], working_weekends: Iterable[str]) -> "WorkingCalendar":
        """From days written as ``2026-10-01``."""
        return cls(
            frozenset(map(date.fromisoformat, holidays)), frozenset(map(date.fromisoformat, working_weekends))
        )

    def is_working(self, day: date) -> bool:
        return day in self.working_weekends or (day.weekday() < _SATURDAY and day not in self.holidays)

    def after(self, start: date, days: int, kind: DayKind) -> date:
        """The last day of ``days`` days; ``start`` is not counted."""
        if kind == "calendar":
            return start + timedelta(days=days)
        day = start
        while days > 0:
            day += _ONE
            days -= self.is_working(day)
        return day

    def lasting(self, start: date, days: int, kind: DayKind) -> date:
        """The last of ``days`` days of which ``start`` is the first that can count; ``start`` itself for none."""
        return self.after(start - _ONE, days, kind) if days > 0 else start


async def calendar_of(tx: Transaction) -> WorkingCalendar:
    """The county's calendar as it is known today. Raises ``ParameterMissing``."""
    holidays = (await parameter(tx, "holidays")).value
    return WorkingCalendar.of(holidays, (await parameter(tx, "working_weekends")).value)
