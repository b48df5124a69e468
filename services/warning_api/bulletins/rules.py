"""Periods, titles and numbers of bulletins."""

from datetime import date, timedelta
from typing import Literal

from services.warning_api.cycles.quarters import cycles_of, previous_quarters, quarter_starts, quarter_words
from services.warning_api.cycles.rules import first_day, next_cycle, previous_cycles

Kind = Literal["monthly", "quarterly"]

#: How far back the line of months goes, the period's own included.
MONTHS_SHOWN = 6


def cycles_in(kind: Kind, period: str) -> list[str]:
    return [period] if kind == "monthly" else cycles_of(period)


def begins_on(kind: Kind, period: str) -> date:
    return first_day(period) if kind == "monthly" else quarter_starts(period)


def ends_on(kind: Kind, period: str) -> date:
    """Its last day."""
    return first_day(next_cycle(cycles_in(kind, period)[-1])) - timedelta(days=1)


def before(kind: Kind, period: str) -> str:
    """The period that it follows."""
    return previous_cycles(period, 1)[0] if kind == "monthly" else previous_quarters(period, 1)[0]


def a_year_before(period: str) -> str:
    return f"{int(period[:4]) - 1}{period[4:]}"


def months_shown(kind: Kind, period: str) -> list[str]:
    """The months up to the period's last, in their order."""
    last = cycles_in(kind, period)[-1]
    return [*reversed(previous_cycles(last, MONTHS_SHOWN - 1)), last]


def period_words(kind: Kind, period: str) -> str:
    """2026年11月, or 2026年第四季度."""
    return month_words(period) if kind == "monthly" else quarter_words(period)


def month_words(cycle: str) -> str:
    return f"{cycle[:4]}年{int(cycle[5:])}月"


def title_of(kind: Kind, period: str, county: str, *, correcting: bool) -> tuple[str, str]:
    """In the two lines that it is set in."""
    what = "预警核查工作调度情况" if kind == "monthly" else "监测帮扶工作情况"
    return f"{county}{period_words(kind, period)}", f"防止返贫{what}通报{'（更正）' if correcting else ''}"


def number_of(pattern: str, year: int, sequence: int) -> str:
    """``农监〔{year}〕{number}号``: the 文号 of the county's ``sequence``-th bulletin of the year."""
    return pattern.replace("{year}", str(year)).replace("{number}", str(sequence))
