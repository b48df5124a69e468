"""Rows of a spreadsheet, read in a process of its own.

calamine loads a whole sheet, and a hostile one must not take the service's memory or time with it.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import msgspec

from shared.tables.columns import Row, Sheet
from shared.tables.errors import MalformedTable, NotATable, TableError, TableTooLarge
from shared.tables.rows import (
    HEADER_WITHIN,
    MOST_COLUMNS,
    Header,
    find_header,
    refuse_without_header,
    rows_below,
)

_PROGRAM = Path(__file__).with_name("xlsx_process.py")
_LARGEST_FRAME = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class XlsxLimits:
    """What the reading process may use. `wait_seconds` counts only the time that we wait for it."""

    memory: int = 1536 * 1024 * 1024
    cpu_seconds: int = 90
    wait_seconds: float = 120.0
    uncompressed: int = 768 * 1024 * 1024


DEFAULT_LIMITS = XlsxLimits()

_REFUSALS: dict[str, tuple[type[TableError], str]] = {
    "not_xlsx": (NotATable, "文件不是有效的 XLSX，可能已损坏，请重新保存后上传"),
    "xlsx_encrypted": (NotATable, "文件带密码或是旧版 XLS，请去掉密码并另存为 XLSX 后上传"),
    "table_too_large": (TableTooLarge, "表格展开后过大，请删去多余内容或拆分成几个文件"),
    "too_many_columns": (MalformedTable, f"表格超过{MOST_COLUMNS}列，请删去多余的列"),
    "too_many_empty_rows": (MalformedTable, "表格中间空行过多，请删去空行后上传"),
    "cell_too_long": (MalformedTable, "有单元格超过 32767 字，请删减后上传"),
    "nul_character": (MalformedTable, "表格含有 NUL 字符，请清除后上传"),
}


def read_xlsx(
    source: IO[bytes], sheet: Sheet, limits: XlsxLimits = DEFAULT_LIMITS
) -> Generator[Row, None, None]:
    """Rows of the only visible sheet that has the header; `line` is the row's number in the spreadsheet.

    Where another has records too the table is refused in the end: some of them would be lost without a word.
    """
    with tempfile.TemporaryFile() as file:
        source.seek(0)
        shutil.copyfileobj(source, file, 1024 * 1024)
        if not file.tell():
            raise refuse_without_header(None, sheet, empty=True)
        file.seek(0)
        process = _Process(file, limits)
    with closing(process):
        header = _header(process, sheet)
        yield from rows_below(header, process.lines_below(header))
        while (head := process.next_head()) is not None:
            if _has_records(head, sheet):
                raise MalformedTable(
                    "several_sheets",
                    f"工作表“{process.name}”中也有记录，请合并到一个工作表，或拆成几个文件分别上传",
                )


def _header(process: _Process, sheet: Sheet) -> Header:
    best: Header | None = None
    empty = True
    while (head := process.next_head()) is not None:
        empty = empty and not any(cell.strip() for cells in head for cell in cells)
        header = find_header(head, sheet)
        if header and header.complete:
            return header
        if header and (best is None or header.fullness > best.fullness):
            best = header
    raise refuse_without_header(best, sheet, empty=empty)


def _has_records(head: list[list[str]], sheet: Sheet) -> bool:
    header = find_header(head, sheet)
    return (
        bool(sheet.required)
        and header is not None
        and header.complete
        and next(rows_below(header, enumerate(head[header.position + 1 :])), None) is not None
    )


class _Process:
    """The reading process and the conversation with it."""

    def __init__(self, file: IO[bytes], limits: XlsxLimits) -> None:
        self._patience = limits.wait_seconds
        self._head: list[list[str]] | None = None
        self.name = ""
        self._socket, theirs = socket.socketpair()
        arguments = (limits.memory, limits.cpu_seconds, limits.uncompressed, MOST_COLUMNS, HEADER_WITHIN)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own program, numbers for arguments
                [sys.executable, "-I", str(_PROGRAM), *map(str, arguments)],
                stdin=file,
                stdout=theirs.fileno(),
                stderr=subprocess.DEVNULL,
            )

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._socket.close()

    def next_head(self) -> list[list[str]] | None:
        """The first rows of the next sheet, which is called ``name``; None behind the last."""
        if self._head is not None:
            self._say(b"n")
        frame = self._frame()
        self._head, self.name = frame.get("head"), frame.get("name", "")
        return self._head

    def lines_below(self, header: Header) -> Iterator[tuple[int, list[str]]]:
        """All lines below the header in the sheet whose head came last."""
        self._say(b"g")
        head = self._head or []
        yield from enumerate(head[header.position + 1 :], header.position + 2)
        line = len(head)
        while rows := self._frame().get("rows"):
            yield from enumerate(rows, line + 1)
            line += len(rows)
        self._head = None

    def _say(self, answer: bytes) -> None:
        try:
            self._socket.sendall(answer)
        except OSError:
            raise _refusal("table_too_large") from None

    def _frame(self) -> dict[str, Any]:
        length = int.from_bytes(self._read(4), "big")
        if length > _LARGEST_FRAME:
            raise _refusal("table_too_large")
        body = self._read(length)
        frame: dict[str, Any] = msgspec.msgpack.decode(body)
        if frame.get("end"):
            raise _refusal(frame["end"])
        return frame

    def _read(self, size: int) -> bytes:
        """So many bytes. None in time, or a process that died at its limits: the table is too large."""
        parts = bytearray()
        while len(parts) < size:
            began = time.monotonic()
            self._socket.settimeout(max(self._patience, 0.001))
            try:
                data = self._socket.recv(min(size - len(parts), 1024 * 1024))
            except OSError:
                data = b""
            self._patience -= time.monotonic() - began
            if not data:
                raise _refusal("table_too_large")
            parts += data
        return bytes(parts)


def _refusal(code: str) -> TableError:
    kind, message = _REFUSALS[code]
    return kind(code, message)
