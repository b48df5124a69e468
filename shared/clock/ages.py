"""Ages in whole years (周岁)."""

from datetime import date


def age_on(born: date, day: date) -> int:
    """How old somebody is on a day; who is born on 29 February is a year older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
