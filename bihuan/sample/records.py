"""Spellings that a department's record may come in (`DIRT`) and what makes it refused (`DEFECTS`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from bihuan.sample.county import township_of

# A float is a number cell in which a spreadsheet has kept an ID or a date.
Cell = str | date | Decimal | float | None
Record = dict[str, Cell]

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_SPREADSHEET_EPOCH = date(1899, 12, 30)


def id_of(record: Record) -> str:
    """The ID number as long as it stands there as text, or an empty string."""
    value = record["id_number"]
    return value if isinstance(value, str) else ""


def _day(record: Record) -> date:
    value = record["occurred_on"]
    assert isinstance(value, date)  # noqa: S101 - dirt is put on records that are still clean
    return value


def _spell_id(spell: Callable[[str], str]) -> Callable[[Record], None]:
    return lambda record: record.update(id_number=spell(id_of(record)))


def _spell_day(spell: Callable[[date], Cell]) -> Callable[[Record], None]:
    return lambda record: record.update(occurred_on=spell(_day(record)))


def _has_id(record: Record) -> bool:
    return bool(id_of(record))


def _early_in_month(record: Record) -> bool:
    """The day has one digit, which is where the ways of writing a date differ most."""
    return _day(record).day < 10


# Which records a spelling can be put on, and how.
DIRT: dict[str, tuple[Callable[[Record], bool], Callable[[Record], None]]] = {
    "full_width_id": (_has_id, _spell_id(lambda number: number.translate(_FULL_WIDTH))),
    "blanks_in_id": (
        _has_id,
        _spell_id(lambda number: f" {number[:6]} {number[6:14]}\u3000{number[14:]}\u00a0"),
    ),
    "lower_case_x": (lambda record: id_of(record).endswith("X"), _spell_id(str.lower)),
    # A number of the first kind of card: no century, no check character.
    "fifteen_digits": (
        lambda record: id_of(record)[6:8] == "19",
        _spell_id(lambda number: number[:6] + number[8:17]),
    ),
    "dotted_date": (_early_in_month, _spell_day(lambda day: f"{day.year}.{day.month}.{day.day}")),
    "slash_date": (_early_in_month, _spell_day(lambda day: f"{day.year}/{day.month}/{day.day}")),
    "chinese_date": (_early_in_month, _spell_day(lambda day: f"{day.year}年{day.month}月{day.day}日")),
    "compact_date": (_early_in_month, _spell_day(lambda day: f"{day:%Y%m%d}")),
    "excel_serial": (_early_in_month, _spell_day(lambda day: float((day - _SPREADSHEET_EPOCH).days))),
    "thousands": (
        lambda record: isinstance(record["amount"], Decimal),
        lambda record: record.update(amount=f"{record['amount']:,.2f}"),
    ),
    # Two-character names are drawn apart so that they are as wide as those of three.
    "padded_name": (
        lambda record: len(str(record["name"])) == 2,
        lambda record: record.update(name="\u3000".join(str(record["name"]))),
    ),
    "township_region": (
        lambda record: _has_id(record) and isinstance(record["region_code"], str),
        lambda record: record.update(region_code=township_of(str(record["region_code"]))),
    ),
}


def _break_checksum(record: Record, _: date) -> None:
    number = id_of(record)
    record["id_number"] = number[:17] + ("0" if number[17] != "0" else "1")


def _lose_digits(record: Record, _: date) -> None:
    record["id_number"] = float(id_of(record)[:17] + "0")


def _two_at_once(record: Record, _: date) -> None:
    record.update(name="", amount="-50.00")


# `(record, day of the push)`: each makes a record with an ID one that must be refused.
DEFECTS: dict[str, Callable[[Record, date], None]] = {
    "checksum": _break_checksum,
    "lost_digits": _lose_digits,
    "no_name": lambda record, _: record.update(name=""),
    "no_date": lambda record, _: record.update(occurred_on=None),
    "no_record_id": lambda record, _: record.update(source_record_id=""),
    # Somebody has typed next year.
    "future_date": lambda record, day: record.update(occurred_on=date(day.year + 1, day.month, day.day)),
    "unknown_indicator": lambda record, _: record.update(indicator="其他困难情形"),
    "negative_amount": lambda record, _: record.update(amount="-1200.00"),
    "no_id_no_region": lambda record, _: record.update(id_number=None, region_code=None),
    "two_at_once": _two_at_once,
}
