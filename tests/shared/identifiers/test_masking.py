"""What tells who somebody is stays hidden in whichever column it stands, and what tells nothing stays readable."""

from typing import Any

import pytest

from shared.identifiers.masking import HIDDEN, mask_id_cell, mask_numbers, mask_phone_cell

MASKED = "231226" + "*" * 12


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("231226198002030017", MASKED),
        ("23122619800203001X", MASKED),
        ("23122619800203001x", MASKED),
        ("２３１２２６１９８００２０３００１７", MASKED),
        ("231226 19800203 0017", MASKED),
        ("231226-19800203-001X", MASKED),
        ("231226800203001", MASKED),
        ("23122619800203001", MASKED),
        ("23122619800203001743", MASKED),
        ("231226－19800203－001Ｘ", MASKED),
        ("2.31226198002030E+17", HIDDEN),
        (231226198002030017, MASKED),
        ("张三231226198002030017，电话13800001234", f"张三{MASKED}，电话*******1234"),
        ("138 0000 1234", "*******1234"),
        ("+86 13800001234", "**********1234"),
        (13800001234, "*******1234"),
        ("１３８００００１２３４", "*******1234"),
        ({"甲": ["231226198002030017"]}, {"甲": [MASKED]}),
        # What is none of these is left alone.
        ("231226101201", "231226101201"),
        ("231226101000", "231226101000"),
        ("2026-11-02", "2026-11-02"),
        ("20261102", "20261102"),
        ("1234567.50", "1234567.50"),
        (1500, 1500),
        (1500.5, 1500.5),
        (True, True),
        (None, None),
        ("户主", "户主"),
    ],
)
def test_numbers_are_masked_in_any_text(value: Any, expected: Any) -> None:
    assert mask_numbers(value) == expected


def test_a_float_that_was_an_id_number_is_masked() -> None:
    assert mask_numbers(231226198002030017.0) == MASKED


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("231226198002030017", MASKED),
        ("231226800203001", MASKED),
        ("2312261012000001", "2312261012000001"),
        ("231226101200000123", "231226101200000123"),
        ("13800001234", "*******1234"),
    ],
)
def test_a_running_number_is_not_taken_for_an_id_number(value: str, expected: str) -> None:
    assert mask_numbers(value, with_birth_only=True) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("231226198002030017", MASKED),
        (" 231226 19800203 001x", MASKED),
        ("231226800203001", MASKED),
        ("2.31226E+17", HIDDEN),
        ("张三", HIDDEN),
        ("13800001234", HIDDEN),
        ("1980-02-03", HIDDEN),
    ],
)
def test_a_column_of_id_numbers_shows_six_digits_of_those_alone(value: str, expected: str) -> None:
    assert mask_id_cell(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("13800001234", "*******1234"),
        ("0455-4621234", "*******1234"),
        ("231226198002030017", HIDDEN),
        ("13800001234、13900005678", HIDDEN),
        ("张三", HIDDEN),
    ],
)
def test_a_column_of_phones_shows_four_digits_of_one(value: str, expected: str) -> None:
    assert mask_phone_cell(value) == expected
