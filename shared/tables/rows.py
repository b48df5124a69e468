"""From cells to rows: the header among the first lines, what is a note, and which cell is which field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.tables.columns import Column, Flaw, Heading, Row, Sheet
from shared.tables.errors import MalformedTable
from shared.tables.escaping import unescape

HEADER_WITHIN = 20
MOST_COLUMNS = 1_000
LONGEST_HEADING = 100

# More doubtful lines than this in a row are no notes below a table.
_MOST_NOTES = 50
_MOST_RECORD_SHAPES = 256
_NOTE = re.compile(
    r"^\W*(注|备注|说明|填表|填报|制表|审核|复核|负责人|经办|联系人|报送|单位|日期|合计|总计|小计|共\d)|[:：]"
)
_ESCAPES = ("'", "=")
_SHOWN_HEADINGS = 10
_SHOWN_OF_HEADING = 20
_NUMBER = re.compile(r"\d{5}")
_RECORD_KEY = re.compile(r"[\x21-\x7e]{1,64}")


#: What spreadsheets show for a formula that has no result.
FORMULA_ERRORS = frozenset(
    ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!", "#GETTING_DATA")
)


@dataclass(frozen=True, slots=True)
class Header:
    """The header line that was found: which cell is which column, and the headings as they are written."""

    position: int
    cells: list[str]
    headings: tuple[str, ...]
    fields: tuple[tuple[int, Column, str], ...]
    missing: tuple[Column, ...]

    @property
    def complete(self) -> bool:
        """It names a column, and none that is required is missing."""
        return bool(self.fields) and not self.missing

    @property
    def fullness(self) -> tuple[bool, int, int]:
        """Which of several lines is rather the header: the one for which this is more."""
        return self.complete, len(self.fields), sum(bool(cell.strip()) for cell in self.cells)


def read_header(cells: list[str], position: int, sheet: Sheet) -> Header:
    """What a line would be as a header."""
    cells = _unescaped(cells)
    fields = tuple((index, heading.column, heading.unit) for index, heading in _recognised(cells, sheet))
    named = {column.name for _, column, _ in fields}
    missing = tuple(column for column in sheet.required if column.name not in named)
    return Header(position, cells, _headings(cells), fields, missing)


def _recognised(cells: Sequence[str], sheet: Sheet) -> list[tuple[int, Heading]]:
    """Which cells name a column. One named twice is taken where the sender's own word stands, else the first."""
    found: dict[str, tuple[int, Heading]] = {}
    for index, cell in enumerate(cells):
        if cell and len(cell) <= LONGEST_HEADING and (heading := sheet.recognise(cell)):
            kept = found.setdefault(heading.column.name, (index, heading))
            if heading.own and not kept[1].own:
                found[heading.column.name] = (index, heading)
    return list(found.values())


def find_header(lines: Sequence[list[str]], sheet: Sheet) -> Header | None:
    """The line among the first that names most columns, first of all one that misses none that is required.

    It need not be ``complete``: then there is no better one. None where every line is blank.
    """
    headers = [read_header(cells, at, sheet) for at, cells in enumerate(lines[:HEADER_WITHIN])]
    best = max(headers, key=lambda header: header.fullness, default=None)
    return best if best and any(best.fullness) else None


def refuse_without_header(found: Header | None, sheet: Sheet, *, empty: bool = False) -> MalformedTable:
    """The refusal of a table whose header was not found; it names the columns that are missing and the headings
    that were seen. Where the file has none these are cells of a record: what could be a number of somebody's is
    left out.

    ``empty``: of one without a single filled cell.
    """
    if empty:
        return MalformedTable("empty_file", "文件是空的，请检查后重新上传")
    missing = found.missing if found else sheet.required or sheet.columns
    words = "、".join(column.headers[0] if column.headers else column.name for column in missing)
    seen = [cell.strip()[:_SHOWN_OF_HEADING] for cell in found.cells if cell.strip()] if found else []
    shown = "、".join(heading for heading in seen[:_SHOWN_HEADINGS] if not _NUMBER.search(heading))
    looked_at = f"；看到的列名：{shown}{'……' if len(seen) > _SHOWN_HEADINGS else ''}" if shown else ""
    return MalformedTable(
        "header_not_found",
        f"前{HEADER_WITHIN}行中没有找到完整的表头，缺少列：{words}{looked_at}。"
        f"{sheet.own_headings or '请以这些列名为准'}",
    )


def check_width(cells: Sequence[object], line: int) -> None:
    """Refuse a line with more cells than any table of ours has."""
    if len(cells) > MOST_COLUMNS:
        raise MalformedTable("too_many_columns", f"第{line}行超过{MOST_COLUMNS}列，请删去多余的列")


def rows_below(
    header: Header, lines: Iterable[tuple[int, list[str]]], *, separated: bool = False
) -> Iterator[Row]:
    """The records among the lines below a header, without blank lines, repeated headers and closing notes.

    What looks like a note is left out only when no record follows it: a line that is not understood is for
    the service to reject, not to be lost here. ``separated``: by a character that may also stand in a cell, so that
    cells beyond the last heading are a flaw; in a spreadsheet they are of columns without a heading.
    """
    fields = [(index, column.name, column, unit) for index, column, unit in header.fields]
    special = [(name, column, unit) for _, name, column, unit in fields if column.translates or unit]
    required = frozenset(column.name for _, _, column, _ in fields if column.required)
    names = [name for _, name, _, _ in fields]
    places = [index for index, _, _, _ in fields]
    width = max(len(header.cells), 1)
    doubtful: list[Row] = []
    for line, given in lines:
        cells = _unescaped(given)
        if len(cells) < width:
            cells += [""] * (width - len(cells))
        texts = [cells[index] for index in places]
        filled = len([text for text in texts if text and not text.isspace()])
        if filled == 0 or cells == header.cells:
            continue
        values: dict[str, object] = dict(zip(names, texts, strict=True))
        lone = filled < 2 <= len(fields)
        first = cells[0] if cells[0] and not cells[0].isspace() else next(filter(str.strip, cells))
        note = (lone or _NOTE.search(first)) and _is_note(values, required, lone=lone)
        for name, column, unit in special:
            if values[name] or column.many:
                values[name] = _in_unit(str(values[name]), unit) if unit else column.code(values[name])
        original: dict[str, object] = dict(zip(header.headings, cells, strict=False))
        flaw = None
        if len(cells) > width:
            beyond = {
                f"第{place}列": cell for place, cell in enumerate(cells[width:], width + 1) if cell.strip()
            }
            original |= beyond
            if separated and beyond:
                flaw = _surplus_cells(len(beyond))
        if not FORMULA_ERRORS.isdisjoint(texts):
            flaw = _failed_formula(header, places, cells)
        row = Row(line, values, original, flaw)
        if note:
            doubtful.append(row)
            if len(doubtful) <= _MOST_NOTES:
                continue
        elif not doubtful:
            yield row
            continue
        else:
            doubtful.append(row)
        yield from doubtful
        doubtful.clear()


def _surplus_cells(number: int) -> Flaw:
    """What follows a comma without quotes stands one cell further: 1,234.50 would be read as 1."""
    return Flaw(
        "surplus_cells",
        f"本行比表头多出 {number} 个有内容的单元格，可能是金额或文字中的分隔符没有加引号，请核对后重新提交",
    )


def _failed_formula(header: Header, places: Sequence[int], cells: Sequence[str]) -> Flaw:
    """What was meant is not in the file: a sum over a word, or a note that began with ``=``."""
    failed = [place for place in places if cells[place] in FORMULA_ERRORS]
    headings = "、".join(f"“{header.headings[place][:_SHOWN_OF_HEADING]}”" for place in failed)
    return Flaw("failed_formula", f"{headings}是公式错误（如 #DIV/0!、#NAME?），请改成要填的内容后重新提交")


def _unescaped(cells: Iterable[str]) -> list[str]:
    return [unescape(cell) if cell[:1] in _ESCAPES else cell for cell in cells]


def _is_note(values: Mapping[str, object], required: frozenset[str], *, lone: bool) -> bool:
    """A lone cell, unless it is a required one that could be a record's key; or a line that misses most."""
    present = [str(values[name]).strip() for name in required if str(values[name]).strip()]
    if lone:
        return not (present and _RECORD_KEY.fullmatch(present[0]))
    return len(present) < len(required) or len(required) < 2


def _in_unit(text: str, unit: str) -> str:
    """An amount below a heading 金额(万元) says so itself, for whoever reads the cell alone."""
    return text if not text.strip() or text.rstrip().endswith(("元", "万")) else text.rstrip() + unit


def _headings(cells: Sequence[str]) -> tuple[str, ...]:
    """The headings as keys: an empty one is called by its place, a second one of the same name numbered."""
    seen: dict[str, int] = {}
    headings = []
    for place, cell in enumerate(cells, 1):
        heading = cell.strip() or f"第{place}列"
        seen[heading] = seen.get(heading, 0) + 1
        headings.append(heading if seen[heading] == 1 else f"{heading}_{seen[heading]}")
    return tuple(headings)


#: Of records with the same keys: whether these are the fields' own names; (key, field); the columns whose
#: words or unit must be looked at.
_Shape = tuple[bool, list[tuple[str, str]], list[tuple[Column, str]]]


class Records:
    """From JSON records to rows. Keys are recognised like headings; how, is remembered per set of keys."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._shapes: dict[tuple[str, ...], _Shape] = {}

    def row(self, line: int, record: dict[str, object]) -> Row:
        """The row of one record; keys that are no field are left to `original`."""
        keys = tuple(record)
        shape = self._shapes.get(keys) or self._shape(keys, line)
        exact, fields, special = shape
        if exact and not special:
            return Row(line, record, record)
        values = {name: record[key] for key, name in fields}
        for column, unit in special:
            value = values[column.name]
            amount = unit and isinstance(value, str | int | float) and not isinstance(value, bool)
            values[column.name] = _in_unit(str(value), unit) if amount else column.code(value)
        return Row(line, values, record)

    def rows(self, first: int, records: Iterable[dict[str, object]]) -> list[Row]:
        """The rows of records that follow one another from line ``first`` on, most of them with the same keys."""
        rows = []
        known: tuple[str, ...] | None = None
        as_they_are = False
        for line, record in enumerate(records, first):
            keys = tuple(record)
            if keys != known:
                exact, _, special = self._shapes.get(keys) or self._shape(keys, line)
                known, as_they_are = keys, exact and not special
            rows.append(Row(line, record, record) if as_they_are else self.row(line, record))
        return rows

    def _shape(self, keys: tuple[str, ...], line: int) -> _Shape:
        check_width(keys, line)
        found = _recognised(keys, self._sheet)
        fields = [(keys[index], heading.column.name) for index, heading in found]
        exact = len(fields) == len(keys) and all(key == name for key, name in fields)
        special = [(h.column, h.unit) for _, h in found if h.column.translates or h.unit]
        if len(self._shapes) >= _MOST_RECORD_SHAPES:
            self._shapes.clear()
        self._shapes[keys] = shape = (exact, fields, special)
        return shape
