from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from id_validator import validator

from shared.identifiers.id_number import (
    InvalidIdNumber,
    birth_date,
    check_id_number,
    checksum,
    mask_id_number,
    normalise_id_number,
    sex,
)

TODAY = date(2026, 11, 8)


def made(region: str, born: str, sequence: str) -> str:
    first17 = region + born + sequence
    return first17 + checksum(first17)


VALID = made("231226", "19900307", "123")

ids = st.builds(
    lambda region, born, sequence: made(f"{region:06d}", born.strftime("%Y%m%d"), f"{sequence:03d}"),
    st.integers(100000, 999999),
    st.dates(date(1850, 1, 1), TODAY),
    st.integers(0, 999),
)


def code_of(raw: object, today: date = TODAY) -> str:
    with pytest.raises(InvalidIdNumber) as caught:
        check_id_number(normalise_id_number(raw), today)
    assert caught.value.message == str(caught.value)
    assert any("一" <= c <= "鿿" for c in caught.value.message)
    return caught.value.code


def test_the_example_of_the_standard() -> None:
    assert checksum("11010519491231002") == "X"
    assert checksum("44052418800101001") == "4"


@given(st.dates(date(1900, 1, 1), date(2023, 1, 1)), st.integers(0, 999))
def test_agrees_with_id_validator(born: date, sequence: int) -> None:
    number = made("110101", born.strftime("%Y%m%d"), f"{sequence:03d}")
    assert validator.is_valid(number)
    info = validator.get_info(number)
    assert sex(number) == ("male" if info["sex"] else "female")
    assert birth_date(number).isoformat() == info["birthday_code"]


@given(ids)
def test_what_is_made_by_the_rule_is_taken_whatever_the_region(number: str) -> None:
    assert normalise_id_number(number) == number
    check_id_number(number, TODAY)


@given(ids, st.integers(0, 16), st.integers(1, 9))
def test_any_one_wrong_digit_is_found(number: str, place: int, shift: int) -> None:
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert code_of(wrong) == "id_number_checksum"


@pytest.mark.parametrize(
    "written",
    [
        " 231226 19900307 123{x} ",
        "231226-19900307-123{x}",
        "231226—19900307—123{x}",
        "'231226199003071 23{x}",
        "’23122619900307123{x}",
        "\ufeff23122619900307123{x}\u200b",
        "２３１２２６１９９００３０７１２３{x}",
        "231226\u300019900307\t123{x}\n",
    ],
)
def test_ways_of_writing_it(written: str) -> None:
    assert normalise_id_number(written.format(x=VALID[17])) == VALID


@pytest.mark.parametrize("letter", ["x", "X", "ｘ", "Ⅹ", "×", "х"])
def test_the_letter_at_the_end(letter: str) -> None:
    assert normalise_id_number("11010519491231002" + letter) == "11010519491231002X"


def test_fifteen_digits_are_raised() -> None:
    assert normalise_id_number("110105491231002") == "11010519491231002X"
    assert normalise_id_number(110105491231002) == "11010519491231002X"
    assert normalise_id_number(110105491231002.0) == "11010519491231002X", "a float holds fifteen digits"


@pytest.mark.parametrize(
    "raw",
    ["2.31226E+17", "4.1132219950101e+17", "２.３１２２６Ｅ＋１７", 4.1132219950101e17, " 2.31226e17 ",
     "'2.31226E+17", "231226199003071000.00", float("nan"), float("inf")],
)  # fmt: skip
def test_a_float_has_lost_its_digits(raw: object) -> None:
    assert code_of(raw) == "id_number_lost_digits"


def test_eighteen_digits_that_end_in_zeros_are_judged_like_any_other() -> None:
    zeros = next(n for r in range(1000) if (n := made(f"{231000 + r}", "19900301", "000")).endswith("0000"))
    assert normalise_id_number(int(zeros)) == zeros
    check_id_number(zeros, TODAY)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (None, "id_number_length"),
        ("", "id_number_length"),
        ("2312261990030712", "id_number_length"),
        (VALID + "43", "id_number_length"),
        (True, "id_number_length"),
        ("23122619900307X23X", "id_number_characters"),
        ("231226************", "id_number_masked"),
        ("231226＊＊＊＊＊1234", "id_number_masked"),
        ("二三一二二六一九九〇〇三〇七一二三四", "id_number_characters"),
        ("٢٣١٢٢٦١٩٩٠٠٣٠٧١٢٣٤", "id_number_characters"),
        (made("231226", "19900230", "123"), "id_number_date"),
        (made("231226", "00000000", "123"), "id_number_date"),
        (made("231226", "18491231", "123"), "id_number_date"),
        (made("231226", "20261109", "123"), "id_number_date"),
        ("110105491331002", "id_number_date"),
    ],
)
def test_what_is_wrong_is_said(raw: object, code: str) -> None:
    assert code_of(raw) == code


def test_born_today_is_possible_and_tomorrow_is_not() -> None:
    check_id_number(made("231226", "20261108", "123"), TODAY)
    with pytest.raises(InvalidIdNumber):
        check_id_number(made("231226", "20261109", "123"), TODAY)


@pytest.mark.parametrize("region", ["810000", "820000", "830000", "911156"])
def test_residence_permits_have_the_same_form(region: str) -> None:
    number = made(region, "19851020", "012")
    assert normalise_id_number(number) == number
    check_id_number(number, TODAY)
    assert sex(number) == "female"


def test_mask() -> None:
    assert mask_id_number(VALID) == "231226************"


@given(st.one_of(st.text(), st.integers(), st.floats(), st.binary(), st.none()))
def test_anything_is_answered(raw: object) -> None:
    try:
        number = normalise_id_number(raw)
    except InvalidIdNumber:
        return
    assert len(number) == 18
    assert number.isascii()
    assert normalise_id_number(number) == number
