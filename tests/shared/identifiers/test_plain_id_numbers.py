"""What is told of many ID numbers at once is what is told of each alone."""

from datetime import date, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from shared.identifiers.id_number import InvalidIdNumber, check_id_number, checksum, normalise_id_number
from shared.identifiers.plain_id_numbers import plain_id_numbers

TODAY = date(2026, 11, 8)

digits = st.text("0123456789", min_size=17, max_size=17)
days = st.dates(date(1840, 1, 1), TODAY + timedelta(400)).map(lambda day: f"{day:%Y%m%d}")
dated = st.builds(
    lambda day, more: f"231226{day}{more}",
    days | st.text("0123", min_size=8, max_size=8),
    st.text("0123456789", min_size=3, max_size=3),
)
numbers = (digits | dated).map(lambda first: first + checksum(first))
near = st.builds(
    lambda number, place, other: number[:place] + other + number[place + 1 :],
    numbers,
    st.integers(0, 17),
    st.sampled_from("0189Xx× /:\0é９𠮷\ud800"),
)
anything = numbers | near | st.text(max_size=20) | st.none() | st.integers() | st.floats()


def alone(value: object) -> bool:
    """Whether the value is text that stays as it is and is a right ID number."""
    try:
        number = normalise_id_number(value)
        check_id_number(number, TODAY)
    except InvalidIdNumber:
        return False
    return number == value


@given(st.lists(anything, max_size=20))
@example(["231226200002290013"[:17] + checksum("23122620000229001"), "231226190002290010"])
@example([f"231226{TODAY:%Y%m%d}001" + checksum(f"231226{TODAY:%Y%m%d}001")])
def test_many_are_told_as_each_alone(values: list[object]) -> None:
    assert plain_id_numbers(values, TODAY) == [alone(value) for value in values]


def test_every_day_of_four_centuries() -> None:
    firsts = [
        f"231226{year}{month:02d}{day:02d}001"
        for year in (1849, 1850, 1900, 1999, 2000, 2023, 2024, 2026)
        for month in range(14)
        for day in range(33)
    ]
    values = [first + checksum(first) for first in firsts]
    told = plain_id_numbers(values, TODAY)
    assert told == [alone(value) for value in values]
    assert sum(told) == 365 * 3 + 366 * 2 + 365 + 312
