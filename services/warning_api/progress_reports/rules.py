"""Progress that is reported by a day of each month (policy.md, Supervision)."""

from collections.abc import Iterable
from datetime import date, timedelta


def due_on(cycle: str, day: int) -> date:
    """The last day on which the progress of a month is reported in time."""
    return date.fromisoformat(f"{cycle}-{day:02d}")


def state_of(reported_on: date | None, due: date, today: date) -> str:
    """``reported``, ``late`` (reported after the day), ``missing`` (the day is past) or ``due``."""
    if reported_on is not None:
        return "reported" if reported_on <= due else "late"
    return "missing" if today > due else "due"


def reminder_due(due: date, today: date, days: Iterable[int]) -> date | None:
    """The last day up to today on which those who have not reported are reminded, so many ``days`` before the due
    day and once when it is past; None before. A day on which nobody could remind is made up for on the next."""
    if today > due:
        return due + timedelta(days=1)
    reminders = (due - timedelta(days=before) for before in days)
    return max((day for day in reminders if day <= today), default=None)
