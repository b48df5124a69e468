"""The business clock. Tokens, signatures and audit keep real time; everything else asks here."""

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class BusinessClock:
    """Runs at the speed of the real clock, ``offset`` away from it.

    Days of the calendar are Asia/Shanghai days, whatever the machine's zone.
    """

    offset: timedelta = timedelta()

    def now(self) -> datetime:
        """The instant, aware, in Asia/Shanghai."""
        return datetime.now(SHANGHAI) + self.offset

    def today(self) -> date:
        return self.now().date()

    @classmethod
    def starting_at(cls, instant: datetime) -> "BusinessClock":
        """A clock that shows ``instant`` (aware) now and runs from there."""
        return cls(instant - datetime.now(UTC))


def offset_from_environment() -> BusinessClock:
    """The clock of a child process: ``BIHUAN_CLOCK_OFFSET`` in seconds, so that a restart keeps it."""
    return BusinessClock(timedelta(seconds=float(os.environ.get("BIHUAN_CLOCK_OFFSET") or 0)))
