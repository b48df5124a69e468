"""Days that count: calendar days or working days, with the holidays that the county keeps as parameters."""

from shared.calendar.working_days import WorkingCalendar, calendar_of

__all__ = ["WorkingCalendar", "calendar_of"]
