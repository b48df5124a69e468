"""Lines of a CSV file: encoding and delimiter found out, every length bounded."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Generator, Iterator
from typing import IO

from shared.tables.columns import Row, Sheet
from shared.tables.errors import MalformedTable, NotATable
from shared.tables.rows import (
    HEADER_WITHIN,
    Header,
    check_width,
    find_header,
    refuse_without_header,
    rows_below,
)

LONGEST_LINE = 1024 * 1024
DELIMITERS = (",", "\t", ";")

_SAMPLE = 64 * 1024
# So many characters beyond ASCII that are right in UTF-8 are not there by chance.
_CONVINCING = 32


def read_csv(source: IO[bytes], sheet: Sheet, charset: str | None) -> Generator[Row, None, None]:
    """Rows of a CSV file in UTF-8 or GB18030; `line` is the physical line on which the record begins.

    Raises NotATable (400) for what is no text in either encoding, MalformedTable (422) for the rest.
    """
    start = source.read(8)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise NotATable("not_csv", "这是 Excel 文件而不是 CSV，请用 XLSX 的 Content-Type 上传")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise NotATable("not_csv", "不支持 UTF-16 编码，请另存为 CSV UTF-8")
    encoding = charset or _encoding(source)
    source.seek(0)
    text = io.TextIOWrapper(source, "utf-8-sig" if encoding == "utf-8" else encoding, newline="")
    try:
        delimiter, header = _delimiter(text, sheet)
        if header is None or not header.complete:
            text.seek(0)
            start_of_text = text.read(_SAMPLE)
            empty = len(start_of_text) < _SAMPLE and not start_of_text.strip(" \t\r\n,;")
            raise refuse_without_header(header, sheet, empty=empty)
        text.seek(0)
        lines = _lines(text, delimiter)
        for _ in range(header.position + 1):
            next(lines)
        yield from rows_below(header, lines, separated=True)
    except UnicodeDecodeError:
        raise NotATable(
            "broken_encoding", "文件编码有误：既不是完整的 UTF-8 也不是 GB18030，请重新导出"
        ) from None
    finally:
        text.detach()


def _encoding(source: IO[bytes]) -> str:
    """UTF-8 unless the bytes contradict it before they have proved it."""
    source.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    seen = 0
    while chunk := source.read(_SAMPLE):
        # In small steps: what has proved itself before the first wrong byte counts.
        for at in range(0, len(chunk), 1024):
            try:
                text = decoder.decode(chunk[at : at + 1024])
            except UnicodeDecodeError:
                return "gb18030"
            seen += 0 if text.isascii() else sum(character > "\x7f" for character in text)
            if seen >= _CONVINCING:
                return "utf-8"
    return "utf-8"


def _delimiter(text: io.TextIOWrapper, sheet: Sheet) -> tuple[str, Header | None]:
    """The delimiter under which the first lines make the best header, and that header."""
    best: tuple[str, Header | None] = (DELIMITERS[0], None)
    score = (False, 0, 0)
    for delimiter in DELIMITERS:
        text.seek(0)
        first: list[list[str]] = []
        try:
            for _, cells in _lines(text, delimiter):
                first.append(cells)
                if len(first) == HEADER_WITHIN:
                    break
        except MalformedTable:
            # Wrong under this delimiter; under the right one it is raised when the rows are read.
            if not first:
                continue
        header = find_header(first, sheet)
        if header and header.fullness > score:
            score = header.fullness
            best = (delimiter, header)
    return best


def _lines(text: io.TextIOWrapper, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The file's records as cells, with the physical line on which each begins."""
    bounded = _BoundedLines(text)
    reader = csv.reader(bounded, delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            bounded.taken = 0
            check_width(cells, line)
            yield line, cells
            line = reader.line_num + 1
    except csv.Error:
        raise MalformedTable("csv_malformed", f"第{line}行的引号不成对或单元格过长，请检查后上传") from None


class _BoundedLines:
    """Physical lines, none longer than LONGEST_LINE, nor those of one record together."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.taken = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(LONGEST_LINE + 1):
            self.taken += len(line)
            if self.taken > LONGEST_LINE:
                raise MalformedTable("line_too_long", f"有一行超过{LONGEST_LINE}字，请检查引号与换行")
            if "\0" in line:
                raise MalformedTable("nul_character", "文件含有 NUL 字符，请重新导出后上传")
            yield line
