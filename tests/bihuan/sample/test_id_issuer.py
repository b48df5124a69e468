"""Invented ID numbers."""

from datetime import date

import pytest

from bihuan.sample.id_issuer import IdIssuer
from shared.identifiers.id_number import birth_date, check_id_number, sex


def test_numbers_are_right_and_never_the_same():
    issuer = IdIssuer()
    born = date(1980, 2, 29)
    numbers = [issuer.issue("232332", born, female=turn % 3 == 0) for turn in range(200)]
    assert len(set(numbers)) == 200
    for turn, number in enumerate(numbers):
        check_id_number(number, date(2026, 1, 1))
        assert birth_date(number) == born
        assert sex(number) == ("female" if turn % 3 == 0 else "male")


def test_a_day_without_numbers_left_is_refused():
    issuer = IdIssuer(1, 4)
    born = date(1980, 1, 1)
    assert [issuer.issue("231226", born, female=False)[14:17] for _ in range(2)] == ["001", "003"]
    with pytest.raises(ValueError, match="no ID sequence left"):
        issuer.issue("231226", born, female=False)


def test_counties_and_days_are_counted_apart():
    issuer = IdIssuer()
    places = [("231226", date(2001, 1, 1)), ("231283", date(2001, 1, 1)), ("231226", date(2001, 1, 2))]
    assert {issuer.issue(prefix, born, female=True)[14:17] for prefix, born in places} == {"002"}
