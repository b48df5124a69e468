"""残疾人证号: an ID number, a kind, a grade."""

import pytest

from shared.identifiers.disability_certificate import certificate_of
from shared.identifiers.id_number import InvalidIdNumber, checksum

NUMBER = "23122619900307123" + checksum("23122619900307123")
WITH_X = next(f"23122619900307{n:03d}X" for n in range(1000) if checksum(f"23122619900307{n:03d}") == "X")


@pytest.mark.parametrize(("kind", "grade"), [(1, 1), (4, 3), (7, 4)])
@pytest.mark.parametrize("number", [NUMBER, WITH_X])
def test_twenty_characters_are_a_certificate(number: str, kind: int, grade: int) -> None:
    assert certificate_of(f"{number}{kind}{grade}") == f"{number}{kind}{grade}"


def test_as_people_write_it() -> None:
    assert certificate_of(f" {WITH_X[:6]} {WITH_X[6:].lower()}-４2") == WITH_X + "42"
    assert certificate_of(int(NUMBER + "43") if NUMBER.isdigit() else WITH_X + "43")


@pytest.mark.parametrize("other", [NUMBER, NUMBER[:15], "", None, 12, NUMBER + "4", NUMBER + "421"])
def test_another_length_is_none(other: object) -> None:
    assert certificate_of(other) is None


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (NUMBER + "01", "certificate_kind_or_grade"),
        (NUMBER + "81", "certificate_kind_or_grade"),
        (NUMBER + "40", "certificate_kind_or_grade"),
        (NUMBER + "45", "certificate_kind_or_grade"),
        (NUMBER[:17] + "甲42", "id_number_characters"),
        ("2.3122619900307E+19", "id_number_lost_digits"),
    ],
)
def test_what_cannot_be_right(raw: str, code: str) -> None:
    with pytest.raises(InvalidIdNumber) as caught:
        certificate_of(raw)
    assert caught.value.code == code
