"""Days go in as text and lie within a lifetime of the system."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.runtime.schema import BirthDate, Day

DAY: TypeAdapter[date] = TypeAdapter(Day)
BORN: TypeAdapter[date] = TypeAdapter(BirthDate)


@pytest.mark.parametrize("value", ["2026-11-08", " 2026-11-08 ", date(2026, 11, 8)])
def test_a_day(value: Any) -> None:
    assert DAY.validate_python(value) == date(2026, 11, 8)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (0, "not_a_date"),
        ("0", "not_a_date"),
        (1_794_096_000, "not_a_date"),
        ("1794096000", "not_a_date"),
        (True, "not_a_date"),
        (None, "not_a_date"),
        ("2026-11-08T00:00:00", "not_a_date"),
        ("2026-02-30", "not_a_date"),
        ("２０２６-11-08", "not_a_date"),
        ("1999-12-31", "date_out_of_range"),
        ("2101-01-01", "date_out_of_range"),
        ("0001-01-01", "date_out_of_range"),
    ],
)
def test_what_is_no_day(value: Any, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        DAY.validate_python(value)
    assert [error["type"] for error in caught.value.errors()] == [code]


def test_somebody_was_born_before() -> None:
    assert BORN.validate_python("1936-02-29") == date(1936, 2, 29)
    for value in (0, "1000-01-01"):
        with pytest.raises(ValidationError):
            BORN.validate_python(value)


def test_an_instant_is_no_day() -> None:
    with pytest.raises(ValidationError):
        DAY.validate_python(datetime(2026, 11, 8, 1, tzinfo=UTC))


def test_it_is_a_date_in_the_document() -> None:
    assert DAY.json_schema() == {"type": "string", "format": "date"}
