"""Chinese ways of writing numbers: headings, days, figures."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from shared.documents.content import Block, Cell, Chart, Heading, Kind, Paragraph, Table

_DIGITS = "零一二三四五六七八九"

#: What stands where there is no figure.
NO_FIGURE = "—"


def chinese(number: int) -> str:
    """1 to 99 as 一, 十, 十一, 二十, 九十九. ValueError beyond."""
    if not 0 < number < 100:
        raise ValueError("headings are counted up to 99")
    tens, ones = divmod(number, 10)
    text = {0: "", 1: "十"}.get(tens, _DIGITS[tens] + "十")
    return text + (_DIGITS[ones] if ones else "")


def chinese_date(day: date) -> str:
    """2026年11月8日: as 成文日期 is written, without leading zeros."""
    return f"{day.year}年{day.month}月{day.day}日"


def numbered(blocks: Sequence[Block]) -> Iterator[tuple[Block, str]]:
    """Each block with what stands before its text: 一、（一）1.（1） before headings, 图1, 表1 before titles."""
    counts = [0, 0, 0, 0]
    charts = tables = 0
    for block in blocks:
        match block:
            case Heading(level):
                counts[level - 1] += 1
                counts[level:] = [0] * (4 - level)
                yield block, _before_heading(level, counts[level - 1])
            case Chart():
                charts += 1
                yield block, f"图{charts}"
                if not block.table_follows:
                    tables += 1
                    yield block.table(), f"表{tables}"
            case Table():
                tables += 1
                yield block, f"表{tables}"
            case Paragraph():
                yield block, ""


def _before_heading(level: int, count: int) -> str:
    match level:
        case 1:
            return f"{chinese(count)}、"
        case 2:
            return f"（{chinese(count)}）"
        case 3:
            return f"{count}．"
        case _:
            return f"（{count}）"


def shown(cell: Cell, kind: Kind) -> str:
    """A cell as people read it: 1,234 · 1,234.50 · 42.02% · —; text that is no number stays as it is."""
    if cell is None:
        return NO_FIGURE
    if kind == "text":
        return str(cell)
    try:
        value = Decimal(str(cell))
    except InvalidOperation:
        return str(cell)
    match kind:
        case "count":
            return f"{value:,.0f}"
        case "amount":
            return f"{value:,.2f}"
        case "share":
            return f"{value * 100:.2f}%"
        case _:
            return f"{value:,f}"
