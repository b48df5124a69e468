"""One cell at a time: what people write for a date, an amount, a number, a yes.

Every reader answers None for an empty cell (None or blanks) and raises CellError for what it cannot read.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal

LONGEST_TEXT = 2_000

_DATE = re.compile(
    r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?(?:[T\s]\s*\d{1,2}:\d{2}.*)?|(\d{4})(\d\d)(\d\d)",
    re.ASCII,
)
_SERIAL = re.compile(r"(\d{5})(?:\.\d*)?", re.ASCII)
# Serials of 1927 to 2119: outside, five digits are more likely a slip than a date.
_SERIALS = range(10_000, 80_000)
_SERIAL_START = date(1899, 12, 30)
_PLAIN_AMOUNT = re.compile(r"-?\d{1,15}(?:\.\d{1,2})?", re.ASCII)
_AMOUNT = re.compile(
    r"(?:¥|RMB|CNY|人民币)?([+-]?)(?:¥|RMB|CNY)?(\d{1,3}(?:,\d{3})+|\d+)(\.\d*)?(万元|万|元整|元|圆)?",
    re.ASCII,
)
_CENT = Decimal("0.01")
_MOST_DIGITS = 16
_PLAIN_INTEGER = re.compile(r"\d{1,18}", re.ASCII)
_INTEGER = re.compile(r"([+-]?\d{1,18}|[+-]?\d{1,3}(?:,\d{3}){1,5})(?:\.0*)?", re.ASCII)
_BOOLEANS = {
    **dict.fromkeys(("是", "有", "对", "true", "yes", "y", "1", "√", "✓"), True),
    **dict.fromkeys(("否", "无", "不是", "没有", "false", "no", "n", "0", "×", "x"), False),
}


class CellError(ValueError):
    """A cell that cannot be read. `code` is stable, `message` Chinese; neither repeats the cell."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def to_text(value: object, longest: int = LONGEST_TEXT) -> str | None:
    """Text without blanks around it; a whole float (`1.0`, as spreadsheets keep numbers) without fraction."""
    if value is None:
        return None
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, str):
        text = value.strip()
    elif isinstance(value, int):
        text = str(value)
    elif isinstance(value, float):
        text = format(value, ".15g")
    else:
        raise CellError("text_expected", "此处应为文本")
    if len(text) > longest:
        raise CellError("text_too_long", f"内容过长，最多{longest}字")
    return text or None


def to_date(value: object) -> date | None:
    """A day: 2026-11-02, 2026.11.2, 2026/11/2, 2026年11月2日, 20261102, an RFC 3339 instant's own date, an
    Excel date or its serial. Raises CellError `date_malformed`."""
    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-" and value.isascii():
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise _bad_date() from None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _folded(value, "date_malformed", "日期应写作 2026-11-02")
    if text is None:
        return None
    if found := _DATE.fullmatch(text):
        year, month, day = (int(part) for part in found.groups() if part)
        try:
            return date(year, month, day)
        except ValueError:
            raise _bad_date() from None
    if (found := _SERIAL.fullmatch(text)) and int(found[1]) in _SERIALS:
        return _SERIAL_START + timedelta(days=int(found[1]))
    raise _bad_date()


def to_amount(value: object) -> Decimal | None:
    """Yuan with two places: 1,234.50, ￥15100, 1.5万元. Negative ones are read; whether they may be is
    for the caller to say. Raises CellError `amount_malformed`, `amount_too_precise`, `amount_too_large`."""
    if isinstance(value, Decimal):
        value = str(value)
    if isinstance(value, str) and _PLAIN_AMOUNT.fullmatch(value):
        return Decimal(value).quantize(_CENT)
    text = _folded(value, "amount_malformed", "金额应写作 15100.00")
    if text is None:
        return None
    found = _AMOUNT.fullmatch("".join(text.split()).replace("￥", "¥").upper())
    if not found:
        raise CellError("amount_malformed", "金额应写作 15100.00")
    sign, whole, fraction, unit = found.groups()
    digits, decimals = whole.replace(",", ""), (fraction or "").strip(".").rstrip("0")
    in_ten_thousands = unit in ("万元", "万")
    if len(decimals) > (6 if in_ten_thousands else 2):
        raise CellError("amount_too_precise", "金额最多两位小数")
    if len(digits) > _MOST_DIGITS - (4 if in_ten_thousands else 0):
        raise CellError("amount_too_large", "金额过大，请核对")
    amount = Decimal(f"{sign}{digits}.{decimals}")
    return (amount * 10_000 if in_ten_thousands else amount).quantize(_CENT)


def to_int(value: object) -> int | None:
    """A whole number, also as `12.0`. Raises CellError `integer_malformed`."""
    if isinstance(value, str) and _PLAIN_INTEGER.fullmatch(value):
        return int(value)
    text = _folded(value, "integer_malformed", "此处应为整数")
    if text is None:
        return None
    found = _INTEGER.fullmatch(text)
    if not found:
        raise CellError("integer_malformed", "此处应为整数")
    return int(found[1].replace(",", ""))


def to_bool(value: object) -> bool | None:
    """是 or 否, and what stands for them. Raises CellError `boolean_malformed`."""
    if isinstance(value, bool):
        return value
    text = _folded(value, "boolean_malformed", "此处应填“是”或“否”")
    if text is None:
        return None
    try:
        return _BOOLEANS[text.lower()]
    except KeyError:
        raise CellError("boolean_malformed", "此处应填“是”或“否”") from None


def _folded(value: object, code: str, message: str) -> str | None:
    """The cell as half-width text; booleans, lists and the like are none of what is asked for here."""
    if isinstance(value, bool):
        raise CellError(code, message)
    try:
        text = to_text(value, 100)
    except CellError:
        raise CellError(code, message) from None
    return None if text is None else unicodedata.normalize("NFKC", text).strip() or None


def _bad_date() -> CellError:
    return CellError("date_malformed", "日期应写作 2026-11-02，且应是日历上有的日子")
