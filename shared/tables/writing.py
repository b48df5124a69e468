"""Tables out: CSV and XLSX that a person opens, corrects and sends back.

Text never runs as a formula, ID numbers stay text, codes are shown as words; the readers undo all of it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from math import ceil
from typing import IO, Any, Self

import xlsxwriter

from shared.tables.columns import Column
from shared.tables.escaping import escape

LIST_MARK = "、"
MOST_ROWS = 1_048_576

_LONGEST_CHOICES = 255
_LONGEST_CELL = 32_767
_ROWS_A_PART = 500
_LINE_POINTS = 15
_HIGHEST_ROW = 409
_DAY = "yyyy-mm-dd"
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\']")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Record = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class OutColumn:
    """A column of a table that goes out. `words`: code -> what is shown; `choices`: a drop-down in XLSX, which
    only offers them where a cell holds `several`.

    As soon as one column is `locked`, the sheet is protected and only the other columns can be filled in.
    `wrap`: long text in several lines. `days_from`: the cells are days, and XLSX warns of one before it or after today.
    """

    name: str
    header: str
    width: float = 14
    choices: tuple[str, ...] = ()
    locked: bool = False
    hidden: bool = False
    words: Mapping[str, str] = field(default_factory=dict)
    several: bool = False
    wrap: bool = False
    days_from: date | None = None

    def __post_init__(self) -> None:
        if choosable(self.choices) != self.choices:
            raise ValueError(f"a spreadsheet takes {_LONGEST_CHOICES} characters of choices without commas")

    @classmethod
    def of(
        cls,
        column: Column,
        *,
        width: float = 14,
        choose: bool = False,
        locked: bool = False,
        hidden: bool = False,
        wrap: bool = False,
    ) -> Self:
        """The way out of a column that is read; `choose` offers its words to pick from."""
        words = column.words
        choices = tuple(dict.fromkeys(words.values())) if choose else ()
        return cls(column.name, column.headers[0], width, choices, locked, hidden, words, column.many, wrap)

    def shown(self, value: object) -> object:
        """What stands in the cell: None, a number, or text."""
        if isinstance(value, bool):
            return self.words.get("true" if value else "false", "是" if value else "否")
        if isinstance(value, int | float | Decimal) or value is None:
            return value
        if isinstance(value, datetime):
            return value.isoformat(" ", "seconds")
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, list | tuple):
            return LIST_MARK.join(str(self.shown(item)) for item in value)
        text = str(value)
        return self.words.get(text, text)


@dataclass(frozen=True, slots=True)
class OutSheet:
    """One sheet: `title` on its tab, `heading` merged above the header, `notes` below the table; `signatures` at the
    foot of each printed page, beside its number."""

    title: str
    columns: Sequence[OutColumn]
    rows: Iterable[Record]
    notes: Sequence[str] = ()
    heading: str = ""
    signatures: str = ""


def choosable(words: Iterable[str]) -> tuple[str, ...]:
    """`words` as choices; none where a spreadsheet does not take them."""
    choices = tuple(words)
    written = ",".join(choices).replace('"', '""')
    fits = len(written) <= _LONGEST_CHOICES and not any("," in choice for choice in choices)
    return choices if fits else ()


def write_csv(rows: Iterable[Record], columns: Sequence[OutColumn]) -> Iterator[bytes]:
    """A CSV file in UTF-8 with BOM, in parts of some hundred rows."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([escape(column.header) for column in columns])
    for count, row in enumerate(rows, 1):
        cells = (column.shown(row.get(column.name)) for column in columns)
        writer.writerow([escape(cell) if isinstance(cell, str) else cell for cell in cells])
        if count % _ROWS_A_PART == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    part = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return part


def write_xlsx(file: IO[bytes], sheets: Sequence[OutSheet]) -> None:
    """A workbook into `file`; rows are not kept in memory. ValueError beyond a sheet's 1,048,576 rows."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as workbook:
        taken: set[str] = set()
        for sheet in sheets:
            _write_sheet(workbook, sheet, _tab_title(sheet.title, taken))


def _write_sheet(workbook: Any, sheet: OutSheet, title: str) -> None:
    worksheet = workbook.add_worksheet(title)
    protected = any(column.locked for column in sheet.columns)
    header_format = workbook.add_format(
        {
            "bold": True,
            "text_wrap": True,
            "border": 1,
            "align": "center",
            "valign": "vcenter",
            "bg_color": "#EAEFF5",
        }
    )
    formats = [
        workbook.add_format(
            {
                "num_format": _DAY if column.days_from else "@",
                "locked": column.locked,
                "valign": "vcenter",
                "text_wrap": column.wrap,
            }
        )
        for column in sheet.columns
    ]
    numbers = [
        workbook.add_format({"num_format": "General", "locked": column.locked, "valign": "vcenter"})
        for column in sheet.columns
    ]
    for place, column in enumerate(sheet.columns):
        worksheet.set_column(place, place, column.width, formats[place], {"hidden": column.hidden})
    top = _write_heading(workbook, worksheet, sheet)
    shown = [column for column in sheet.columns if not column.hidden]
    worksheet.set_row(top, _height(max((_lines(column.header, column) for column in shown), default=1)))
    for place, column in enumerate(sheet.columns):
        worksheet.write_string(top, place, spreadsheet_text(column.header), header_format)
    line = top
    wrapped = [(place, column) for place, column in enumerate(sheet.columns) if column.wrap]
    for line, row in enumerate(sheet.rows, top + 1):
        if line >= MOST_ROWS:
            raise ValueError(f"a sheet holds {MOST_ROWS} rows, take CSV")
        cells = [column.shown(row.get(column.name)) for column in sheet.columns]
        lines = max((_lines(cells[place], column) for place, column in wrapped), default=1)
        if lines > 1:
            worksheet.set_row(line, _height(lines))
        for place, column in enumerate(sheet.columns):
            value, cell = row.get(column.name), cells[place]
            if column.days_from and isinstance(value, date):
                worksheet.write_datetime(line, place, value, formats[place])
            elif cell is None:
                worksheet.write_blank(line, place, None, formats[place])
            elif isinstance(cell, str):
                worksheet.write_string(line, place, spreadsheet_text(cell), formats[place])
            else:
                worksheet.write_number(line, place, cell, numbers[place])
    first = next((place for place, column in enumerate(sheet.columns) if not column.hidden), 0)
    for below, note in enumerate(sheet.notes, line + 2):
        worksheet.write_string(below, first, spreadsheet_text(note), workbook.add_format({"num_format": "@"}))
    if line > top:
        for place, column in enumerate(sheet.columns):
            _check_cells(worksheet, column, place, top + 1, line)
    _arrange(worksheet, sheet, top, line, protected=protected)


def _lines(cell: object, column: OutColumn) -> int:
    """How many lines the text takes in its column; a Chinese character, of two bytes in GB18030, is as wide as two
    others. Said of each row, since not every program finds out by itself when it opens or prints the sheet."""
    if not isinstance(cell, str):
        return 1
    return sum(
        max(1, ceil(len(part.encode("gb18030", "replace")) / column.width)) for part in cell.split("\n")
    )


def _height(lines: int) -> int:
    """Of a row, in points."""
    return min(lines * _LINE_POINTS, _HIGHEST_ROW)


def _check_cells(worksheet: Any, column: OutColumn, place: int, first: int, last: int) -> None:
    """What XLSX offers in the cells of a column, and what it says of something else."""
    if column.choices:
        # They stand in a formula as one text, in which a quotation mark is written twice.
        source = [choice.replace('"', '""') for choice in column.choices]
        choices: dict[str, object] = {"validate": "list", "source": source}
        choices |= {"error_title": "请从列表中选择", "error_message": "只能填写列表中的内容"}
        if column.several:
            hint = f"多项之间用“{LIST_MARK}”分开"
            choices |= {"show_error": False, "input_title": "可填一项或多项", "input_message": hint}
        worksheet.data_validation(first, place, last, place, choices)
    if column.days_from:
        # A warning: whose computer has another date must be able to go on; who takes the sheet in checks again.
        days: dict[str, object] = {
            "validate": "date",
            "criteria": "between",
            "minimum": column.days_from,
            "maximum": "=TODAY()",
            "error_type": "warning",
            "error_title": "请核对日期",
            "error_message": f"应在 {column.days_from} 至今日之间",
        }
        worksheet.data_validation(first, place, last, place, days)


def _write_heading(workbook: Any, worksheet: Any, sheet: OutSheet) -> int:
    """The merged line above the header, if there is one; answers the header's line."""
    if not sheet.heading:
        return 0
    large = workbook.add_format({"bold": True, "font_size": 14, "align": "center", "valign": "vcenter"})
    worksheet.set_row(0, 1.6 * _LINE_POINTS)
    if len(sheet.columns) > 1:
        worksheet.merge_range(0, 0, 0, len(sheet.columns) - 1, "", large)
    worksheet.write_string(0, 0, _clean(sheet.heading), large)
    return 1


def _arrange(worksheet: Any, sheet: OutSheet, top: int, last: int, *, protected: bool) -> None:
    """Header in sight on screen and on every printed page, one page wide, pages numbered; rows can be filtered."""
    worksheet.freeze_panes(top + 1, 0)
    worksheet.repeat_rows(top)
    worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.fit_to_pages(1, 0)
    worksheet.set_margins(left=0.3, right=0.3, top=0.5, bottom=0.6)
    worksheet.set_footer(f"&L{sheet.signatures.replace('&', '&&')}&R第 &P 页，共 &N 页")
    if last > top:
        worksheet.autofilter(top, 0, last, len(sheet.columns) - 1)
    if protected:
        allowed = {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True}
        worksheet.protect("", allowed)


def _tab_title(title: str, taken: set[str]) -> str:
    """A title that spreadsheets allow: 31 characters, none of []:*?/\\, each once."""
    base = _NOT_IN_TITLES.sub(" ", _clean(title)).strip()[:31] or "表"
    unique = base
    number = 2
    while unique.casefold() in taken:
        ending = f" {number}"
        unique = base[: 31 - len(ending)] + ending
        number += 1
    taken.add(unique.casefold())
    return unique


def spreadsheet_text(text: str) -> str:
    """Text as a text cell needs no escape; only what would be taken for escaped gets one. Too much is cut."""
    text = _clean(escape(text) if text[:1] == "'" else text)
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("", text)
