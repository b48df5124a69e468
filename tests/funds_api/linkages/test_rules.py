"""When two linkages are one, and what is wrong with one by itself."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds_api.linkages.rules import Bond, Kind, Period, problems, repeated

PROJECT, FAMILY, OTHER = (UUID(int=number) for number in (1, 2, 3))
DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 20))


@given(DAYS, st.none() | DAYS, DAYS, st.none() | DAYS)
def test_periods_overlap_where_they_have_a_day_in_common(
    start: date, end: date | None, other_start: date, other_end: date | None
) -> None:
    last = date(2026, 2, 1)

    def days(since: date, until: date | None) -> set[int]:
        return set(range(since.toordinal(), (until or last).toordinal() + 1))

    first, second = Period(start, end), Period(other_start, other_end)
    if days(start, end) and days(other_start, other_end):
        common = bool(days(start, end) & days(other_start, other_end))
        assert first.overlaps(second) == second.overlaps(first) == common


def test_the_same_bond_in_a_period_that_meets_is_repeated() -> None:
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    next_year = Period(date(2027, 1, 1), None)
    bond: Bond = (PROJECT, FAMILY, "employment")
    linkages = [
        (bond, year),
        (bond, next_year),
        ((PROJECT, OTHER, "employment"), year),
        ((PROJECT, FAMILY, "order"), year),
        (bond, Period(date(2026, 12, 31), date(2026, 12, 31))),
        (bond, Period(date(2030, 1, 1), None)),
    ]
    assert repeated(linkages) == {4: 0, 5: 1}


@pytest.mark.parametrize(
    ("kind", "amount", "end", "codes"),
    [
        ("employment", "1.00", None, []),
        ("employment", "0.00", None, ["amount_not_positive"]),
        ("training", "0.00", date(2026, 1, 1), []),
        ("order", "0.00", date(2025, 12, 31), ["amount_not_positive", "period_reversed"]),
    ],
)
def test_what_is_wrong_with_one(kind: Kind, amount: str, end: date | None, codes: list[str]) -> None:
    found = problems(kind, Decimal(amount), Period(date(2026, 1, 1), end))
    assert [code for _, code, _ in found] == codes
