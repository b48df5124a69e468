"""Ages in whole years."""

from datetime import date

import pytest

from shared.clock.ages import age_on


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2016, 11, 8), date(2026, 11, 7), 9),
        (date(2016, 11, 8), date(2026, 11, 8), 10),
        (date(2016, 2, 29), date(2026, 2, 28), 9),
        (date(2016, 2, 29), date(2026, 3, 1), 10),
        (date(2026, 11, 8), date(2026, 11, 8), 0),
    ],
)
def test_a_year_older_from_the_birthday_on(born: date, day: date, age: int) -> None:
    assert age_on(born, day) == age
