"""The process that opens a spreadsheet, started by `xlsx_rows.py` with limits on memory and time.

It stands alone, so that it starts quickly. File descriptor 0 is the workbook. 1 is a socket: it takes frames
(four bytes of length, then MessagePack) and gives one byte after the head of each sheet: `g` to send the rest
of it, anything else to look at the next. Behind the rest of a sheet, which ends with no rows, come the heads of
those after it. Arguments: address space in bytes, CPU seconds, most uncompressed
bytes, most columns, rows in a head. A last frame says what was wrong, if anything.
"""

from __future__ import annotations

import os
import re
import resource
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import IO, BinaryIO, cast

import msgspec
import python_calamine

_STEP = 1024 * 1024
_ROWS_A_FRAME = 500
_MOST_ENTRIES = 2_000
_MOST_RATIO = 250
_RATIO_MATTERS_FROM = 64 * 1024 * 1024
_EMPTY_LINES_BEFORE_END = 100_000
_LONGEST_CELL = 32_767

#: The beginning of a cell that holds the error of a formula, and what no such cell is without.
_ERROR_CELL = re.compile(rb"""(<(?:\w+:)?c\b[^<>]*?\st=)(["'])e\2""")
_OF_ERRORS = (b't="e"', b"t='e'")


class Refused(Exception):
    """The workbook is not read; the only argument is the code."""


def main(memory: int, cpu_seconds: int, uncompressed: int, columns: int, head_rows: int) -> None:
    """Send the sheets' heads, all rows of the one that is wanted behind its head, and an end."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with os.fdopen(0, "rb", closefd=False) as file:
            readable = with_errors_as_text(file) if inspect(file, uncompressed) else file
            send_workbook(python_calamine.CalamineWorkbook.from_filelike(readable), columns, head_rows)
        send({"end": ""})
    except Refused as refusal:
        send({"end": refusal.args[0]})
    except MemoryError:
        send({"end": "table_too_large"})
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, KeyError, ValueError):
        send({"end": "not_xlsx"})
    except python_calamine.PasswordError:
        send({"end": "xlsx_encrypted"})
    except (python_calamine.CalamineError, OSError):
        send({"end": "not_xlsx"})


def inspect(file: BinaryIO, uncompressed: int) -> bool:
    """Refuse what is no XLSX, and what would unfold beyond measure; sizes are counted, not believed. Whether a sheet
    has a cell with the error of a formula."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if file.read(4) == b"\xd0\xcf\x11\xe0":
        raise Refused("xlsx_encrypted")
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        declared = sum(entry.file_size for entry in entries)
        disproportionate = declared > _RATIO_MATTERS_FROM and declared > size * _MOST_RATIO
        if len(entries) > _MOST_ENTRIES or declared > uncompressed or disproportionate:
            raise Refused("table_too_large")
        if "[Content_Types].xml" not in archive.namelist():
            raise Refused("not_xlsx")
        # zipfile stops at the declared size and compares the sum: BadZipFile where there is more.
        failed = False
        for entry in entries:
            with archive.open(entry) as unfolded:
                for piece in _pieces(unfolded):
                    failed = failed or (_is_sheet(entry) and _has_errors(piece))
    file.seek(0)
    return failed


def with_errors_as_text(file: BinaryIO) -> BinaryIO:
    """The same workbook, in which the errors of formulas (``#DIV/0!``) are text: the reader would show them as empty
    cells, and what was meant there would be lost without a word."""
    shown = tempfile.TemporaryFile()  # noqa: SIM115 - the workbook reads it until the process ends
    with (
        zipfile.ZipFile(file) as archive,
        zipfile.ZipFile(shown, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy,
    ):
        for entry in archive.infolist():
            with archive.open(entry) as unfolded, copy.open(entry.filename, "w") as folded:
                for piece in _pieces(unfolded):
                    folded.write(_ERROR_CELL.sub(rb'\1"str"', piece) if _is_sheet(entry) else piece)
    shown.seek(0)
    return cast("BinaryIO", shown)


def _has_errors(piece: bytes) -> bool:
    """Looked for plainly first: most workbooks have none, and the whole pattern takes as long as to read them."""
    return any(word in piece for word in _OF_ERRORS) and _ERROR_CELL.search(piece) is not None


def _is_sheet(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.startswith("xl/worksheets/")


def _pieces(unfolded: IO[bytes]) -> Iterator[bytes]:
    """What is read, a step at a time; no tag of XML is divided, unless it is longer than a step."""
    rest = b""
    while data := unfolded.read(_STEP):
        data = rest + data
        end = data.rfind(b"<")
        end = end if end > 0 and len(data) - end < _STEP else len(data)
        rest = data[end:]
        yield data[:end]
    yield rest


def send_workbook(workbook: python_calamine.CalamineWorkbook, columns: int, head_rows: int) -> None:
    wanted = False
    for sheet in workbook.sheets_metadata:
        if (
            sheet.visible != python_calamine.SheetVisibleEnum.Visible
            or sheet.typ != python_calamine.SheetTypeEnum.WorkSheet
        ):
            continue
        loaded = workbook.get_sheet_by_name(sheet.name)
        if loaded.total_width > columns:
            if wanted:
                continue
            raise Refused("too_many_columns")
        rows = texts(loaded.iter_rows())
        send({"head": list(islice(rows, head_rows)), "name": sheet.name})
        if os.read(1, 1) == b"g":
            wanted = True
            while frame := list(islice(rows, _ROWS_A_FRAME)):
                send({"rows": frame})
            send({"rows": []})


def texts(rows: Iterable[Sequence[object]]) -> Iterator[list[str]]:
    """Cells as a person sees them. Empty lines are kept, they count; a long run of them is the end."""
    empty = 0
    for row in rows:
        cells = [cell if type(cell) is str else text(cell) for cell in row]
        if any(cells):
            if any("\0" in cell for cell in cells):
                raise Refused("nul_character")
            if max(map(len, cells)) > _LONGEST_CELL:
                raise Refused("cell_too_long")
            for _ in range(empty):
                yield []
            empty = 0
            yield cells
        else:
            empty += 1
            if empty > _EMPTY_LINES_BEFORE_END:
                raise Refused("too_many_empty_rows")


def text(cell: object) -> str:
    """A number in the fifteen digits that a spreadsheet keeps; a day without the midnight that it carries."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 10**15 else format(cell, ".15g")
    if isinstance(cell, datetime):
        day = cell.date().isoformat()
        return day if (cell.hour, cell.minute, cell.second) == (0, 0, 0) else cell.isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def send(message: object) -> None:
    body = msgspec.msgpack.encode(message)
    frame = len(body).to_bytes(4, "big") + body
    while frame:
        frame = frame[os.write(1, frame) :]


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
