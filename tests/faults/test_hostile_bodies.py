"""What must not be taken is refused in bounded time and memory, leaves nothing, and holds up nobody."""

import gzip
import io
import socket
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import orjson
import psutil
import pytest
import xlsxwriter
import zstandard

from shared.tables.content_types import MEDIA_TYPES
from tests.factories.system import System
from tests.factories.warnings import record
from tests.faults.bureau import CYCLE, Bureau

JSON, NDJSON, CSV, XLSX = (MEDIA_TYPES[kind] for kind in ("json", "ndjson", "csv", "xlsx"))
MEBIBYTE = 2**20
LARGE = 600 * MEBIBYTE
#: contract.md, Benchmarks: what a push of a million may take.
MOST_MEMORY = 300 * MEBIBYTE
MOST_SECONDS = 60.0
#: On a machine that is busy with other tests besides.
MOST_LIST_SECONDS = 5.0

Body = bytes | Iterator[bytes]


def zeros() -> Iterator[bytes]:
    """600 MiB as a stream, of which nobody knows the length beforehand."""
    for _ in range(LARGE // MEBIBYTE):
        yield bytes(MEBIBYTE)


def gzipped(piece: bytes, times: int) -> bytes:
    """Small until it is decoded."""
    packed = gzip.compress(piece, 6)
    return packed * times


def records_gzipped() -> bytes:
    """600 MiB of records that are each in order."""
    line = orjson.dumps(record("same")) + b"\n"
    lines = line * (MEBIBYTE // len(line))
    return gzipped(lines, LARGE // len(lines) + 1)


def zstd_zeros() -> bytes:
    return zstandard.compress(bytes(LARGE // 8)) * 8


def workbook(**parts: bytes) -> bytes:
    """A workbook with some parts replaced, or added."""
    plain, file = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(plain) as book:
        book.add_worksheet().write_row(0, 0, list(record("x")))
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
XML = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
END = b"</sheetData></worksheet>"


def empty_cells(rows: int) -> bytes:
    """A thousand empty cells a row."""
    return workbook(**{SHEET: XML + (b"<row>" + b"<c/>" * 1_000 + b"</row>") * rows + END})


def billion_empty_cells() -> bytes:
    """A thousand million of them: 5 GB of XML in one part, which unfolds from a few MiB."""
    file = io.BytesIO(workbook())
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        row = (b"<row>" + b"<c/>" * 1_000 + b"</row>") * 1_000
        with archive.open("xl/worksheets/sheet2.xml", "w", force_zip64=True) as part:
            part.write(XML)
            for _ in range(100):
                part.write(row)
            part.write(END)
    return file.getvalue()


def one_far_cell() -> bytes:
    """Two cells that span seventeen thousand million."""
    far = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return workbook(**{SHEET: XML + far + END})


def cut_array() -> bytes:
    return orjson.dumps({"records": [record(f"cut-{n}") for n in range(20_000)]})[:-40]


def deep_object() -> bytes:
    return b'{"records":[' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"]}"


def late_fault(kind: str, tail: bytes) -> Callable[[], bytes]:
    """Many records that are in order, the fault behind them."""

    def made() -> bytes:
        records = [record(f"late-{n}") for n in range(12_000)]
        if kind == NDJSON:
            return b"\n".join(orjson.dumps(each) for each in records) + b"\n" + tail
        head = ",".join(records[0])
        return "\n".join([head, *(",".join(map(str, each.values())) for each in records), ""]).encode() + tail

    return made


HOSTILE: dict[str, tuple[str, str, Callable[[], Body], int, str]] = {
    "broken-utf8-json": (JSON, "", lambda: b'{"records":[{"name":"\xff\xfe"}]}', 400, "not_json"),
    "broken-utf8-late": (NDJSON, "", late_fault(NDJSON, b'{"name":"\xc3\x28"}'), 400, "not_json"),
    "broken-utf8-csv": (CSV, "", late_fault(CSV, b"\xff\xff\xff\n"), 400, "broken_encoding"),
    "zip-bomb": (XLSX, "", lambda: workbook(bomb=bytes(900 * MEBIBYTE)), 413, "table_too_large"),
    "empty-cells": (XLSX, "", lambda: empty_cells(20_000), 413, "table_too_large"),
    "billion-empty-cells": (XLSX, "", billion_empty_cells, 413, "table_too_large"),
    "far-cell": (XLSX, "", one_far_cell, 413, "table_too_large"),
    "large-stream": (JSON, "", zeros, 413, "body_too_large"),
    "large-when-decoded": (NDJSON, "gzip", records_gzipped, 413, "body_too_large"),
    "large-when-decoded-zstd": (CSV, "zstd", zstd_zeros, 413, "body_too_large"),
    "cut-array": (JSON, "", cut_array, 400, "not_json"),
    "nul": (JSON, "", lambda: b'{"records":[{"name":"\\u0000"}]}', 422, "nul_character"),
    "nul-late": (CSV, "", late_fault(CSV, b"a,\0,b\n"), 422, "nul_character"),
    "million-columns": (CSV, "", late_fault(CSV, b"," * 1_000_000 + b"\n"), 422, "too_many_columns"),
    "million-headings": (
        CSV,
        "",
        lambda: ",".join(f"c{n}" for n in range(1_000_000)).encode() + b"\n",
        422,
        "header_not_found",
    ),
    "million-fields": (
        JSON,
        "",
        lambda: orjson.dumps({"records": [{f"f{n}": n for n in range(1_000_000)}]}),
        422,
        "record_too_long",
    ),
    "deep-json": (JSON, "", deep_object, 422, "too_deep"),
    "deep-arrays": (NDJSON, "", lambda: b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}", 422, "too_deep"),
}


class Watch:
    """While the block runs: the most memory of the service and its children in bytes, the slowest list of another
    caller in seconds."""

    def __init__(self, system: System, bureau: Bureau) -> None:
        self._process = psutil.Process(system.pid("warning_api"))
        self._bureau = bureau
        self._done = threading.Event()
        self._threads = [threading.Thread(target=work) for work in (self._look, self._ask)]
        self.memory = 0
        self.slowest = 0.0
        self.answered: list[int] = []

    def resident(self) -> int:
        total = 0
        for process in (self._process, *self._process.children(recursive=True)):
            try:
                total += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        return total

    def _look(self) -> None:
        idle = self.resident()
        while not self._done.wait(0.02):
            self.memory = max(self.memory, self.resident() - idle)

    def _ask(self) -> None:
        while not self._done.wait(0.1):
            began = time.monotonic()
            url = f"{self._bureau.system.warning}/v1/tasks"
            answer = self._bureau.call("county", "GET", url, params={"cycle": CYCLE, "limit": 20})
            self.answered.append(answer.status_code)
            self.slowest = max(self.slowest, time.monotonic() - began)

    def __enter__(self) -> "Watch":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body(system: System, bureau: Bureau, name: str) -> None:
    kind, encoding, make, status, code = HOSTILE[name]
    headers = {"Content-Type": kind} | ({"Content-Encoding": encoding} if encoding else {})
    body: Any = make()
    bureau.call("county", "GET", f"{system.warning}/v1/cycles/current")
    with Watch(system, bureau) as watch:
        began = time.monotonic()
        answer = bureau.call(
            "YB",
            "POST",
            f"{system.warning}/v1/batches",
            params={"batch_no": f"hostile-{name}"},
            content=body,
            headers=headers,
        )
        taken = time.monotonic() - began
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert taken < MOST_SECONDS
    assert watch.memory < MOST_MEMORY
    assert watch.slowest < MOST_LIST_SECONDS
    assert set(watch.answered) <= {200}
    batches = bureau.all("YB", f"{system.warning}/v1/batches", cycle=CYCLE)
    assert f"hostile-{name}" not in [batch["batch_no"] for batch in batches]


def test_a_body_that_is_declared_too_large_is_not_waited_for(system: System, bureau: Bureau) -> None:
    bureau.call("YB", "GET", f"{system.warning}/v1/cycles/current")
    url = httpx.URL(system.warning)
    lines = [
        "POST /v1/batches?batch_no=declared HTTP/1.1",
        "Host: bihuan",
        f"Authorization: Bearer {bureau.tokens['YB']}",
        f"Content-Type: {JSON}",
        f"Content-Length: {LARGE}",
    ]
    with socket.create_connection((url.host, url.port), timeout=10) as client:
        client.sendall("\r\n".join([*lines, "", "{"]).encode())
        answer = b""
        # Head and body may come apart.
        while b"body_too_large" not in answer and (part := client.recv(65_536)):
            answer += part
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"body_too_large"' in answer
