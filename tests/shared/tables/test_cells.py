from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.tables.cells import CellError, to_amount, to_bool, to_date, to_int, to_text

DAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-02",
        "2026.11.2",
        "2026/11/2",
        "2026-11-2",
        "2026年11月2日",
        "2026 年 11 月 2 日",
        "20261102",
        "２０２６．１１．２",
        "46328",
        "46328.5",
        46328,
        46328.0,
        20261102,
        DAY,
        datetime(2026, 11, 2, 8, 30),  # noqa: DTZ001 - as spreadsheets have it
        "2026-11-02 00:00:00",
        "2026-11-02T08:00:00+08:00",
        "2026-11-02T23:59:59.123Z",
        "2026/11/2 8:30",
    ],
)
def test_one_day_in_many_ways(written: object) -> None:
    assert to_date(written) == DAY


@pytest.mark.parametrize(
    "written",
    ["2026-02-30", "2026-13-01", "20261302", "昨天", "11-02", "1", "99999", "2026", True, [], "2026-W45-1"],
)
def test_no_day(written: object) -> None:
    with pytest.raises(CellError) as caught:
        to_date(written)
    assert caught.value.code == "date_malformed"


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("15100.00", "15100.00"),
        ("1,234.50", "1234.50"),
        ("１，２３４．５０", "1234.50"),
        ("￥1,234.5", "1234.50"),
        ("¥15100元", "15100.00"),
        ("1.5万元", "15000.00"),
        ("0.00001万元", "0.10"),
        ("3万", "30000.00"),
        ("-5", "-5.00"),
        ("-1,000元", "-1000.00"),
        (" 7 ", "7.00"),
        (7, "7.00"),
        (1234.5, "1234.50"),
        (0.1 + 0.2, "0.30"),
        (Decimal("9.90"), "9.90"),
        ("1.500", "1.50"),
        ("9999999999999999.99", "9999999999999999.99"),
    ],
)
def test_amounts(written: object, amount: str) -> None:
    assert str(to_amount(written)) == amount


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1.234", "amount_too_precise"),
        ("0.001元", "amount_too_precise"),
        ("NaN", "amount_malformed"),
        ("inf", "amount_malformed"),
        (float("nan"), "amount_malformed"),
        (float("inf"), "amount_malformed"),
        (Decimal("NaN"), "amount_malformed"),
        ("1,23", "amount_malformed"),
        ("一千", "amount_malformed"),
        ("1E+05", "amount_malformed"),
        (True, "amount_malformed"),
        ([], "amount_malformed"),
        ("99999999999999999", "amount_too_large"),
        ("9" * 80, "amount_too_large"),
        ("9" * 5000, "amount_malformed"),
        ("0." + "0" * 60 + "1", "amount_too_precise"),
    ],
)
def test_no_amounts(written: object, code: str) -> None:
    with pytest.raises(CellError) as caught:
        to_amount(written)
    assert caught.value.code == code


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=2))
def test_every_amount_is_read_as_written(amount: Decimal) -> None:
    assert to_amount(str(amount)) == amount
    assert to_amount(f"{amount:,}") == amount


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1"), (1, "1"), (" 张三 ", "张三"), (2.5, "2.5"), (True, "true")]
)
def test_text(value: object, text: str) -> None:
    assert to_text(value) == text


def test_text_has_an_end() -> None:
    with pytest.raises(CellError, match="最多5字"):
        to_text("一二三四五六", 5)
    with pytest.raises(CellError):
        to_text({"a": 1})


@pytest.mark.parametrize(
    ("value", "number"), [("12", 12), ("12.0", 12), ("１２", 12), ("1,234", 1234), (3.0, 3), (-4, -4)]
)
def test_integers(value: object, number: int) -> None:
    assert to_int(value) == number


@pytest.mark.parametrize("value", ["1.5", "x", True, 1.5, "9" * 30, "1e3"])
def test_no_integers(value: object) -> None:
    with pytest.raises(CellError):
        to_int(value)


@pytest.mark.parametrize(
    ("value", "answer"),
    [("是", True), ("否", False), (True, True), ("1", True), (0, False), ("TRUE", True), ("×", False)],
)
def test_yes_and_no(value: object, answer: bool) -> None:
    assert to_bool(value) is answer


def test_perhaps() -> None:
    with pytest.raises(CellError):
        to_bool("也许")


@pytest.mark.parametrize("read", [to_text, to_date, to_amount, to_int, to_bool])
@pytest.mark.parametrize("empty", [None, "", " ", "\u3000"])
def test_empty_cells_are_none(read: object, empty: object) -> None:
    assert callable(read)
    assert read(empty) is None


@pytest.mark.parametrize("read", [to_text, to_date, to_amount, to_int, to_bool])
@given(
    value=st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.lists(st.none()), st.binary())
)
def test_anything_is_answered(read: object, value: object) -> None:
    assert callable(read)
    try:
        read(value)
    except CellError as error:
        assert error.code
