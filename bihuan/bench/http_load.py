"""Callers of one HTTP address in a process of their own, light enough that the answering side is what is measured.

Each caller has a connection and asks again as soon as it is answered. HTTP/1.1 with Content-Length, as our services
and what they are compared with answer, also compressed with zstd, which httpx asks for as well; nothing else is
understood.
"""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import cycle
from math import ceil
from multiprocessing import get_context
from statistics import fmean
from typing import Final

import uvloop
import zstandard

_processes = get_context("spawn")

#: Of an answer when it is opened.
MOST_BYTES: Final = 1 << 22

_CURSOR: Final = b'"next_cursor":"'
_LENGTH: Final = b"content-length:"
_PACKED: Final = b"content-encoding: zstd"


@dataclass(frozen=True, slots=True)
class Caller:
    """Asks ``path`` (with its query) as ``token`` says, and follows ``next_cursor`` until there is none, then from
    the beginning again: in the same way, or in those of ``other_paths`` by turns."""

    path: str
    token: str | None = None
    other_paths: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """Answers a second of all callers, and the seconds that each answer took."""

    rate: float
    seconds: Sequence[float]

    @property
    def p99(self) -> float:
        return sorted(self.seconds)[ceil(len(self.seconds) * 0.99) - 1]

    @property
    def mean(self) -> float:
        return fmean(self.seconds)


def under_load(port: int, callers: Sequence[Caller], warm_up: float, seconds: float) -> Load:
    """Let ``callers`` ask for ``seconds``, after ``warm_up`` seconds that are not counted. RuntimeError where one is
    not answered 200."""
    with ProcessPoolExecutor(1, mp_context=_processes) as process:
        return process.submit(_load, port, list(callers), warm_up, seconds).result()


def walk_through(port: int, callers: Sequence[Caller]) -> None:
    """Let each of ``callers`` walk its list once."""
    with ProcessPoolExecutor(1, mp_context=_processes) as process:
        process.submit(_walk, port, list(callers)).result()


def _walk(port: int, callers: list[Caller]) -> None:
    return uvloop.run(_all_once(port, callers))


async def _all_once(port: int, callers: list[Caller]) -> None:
    await asyncio.gather(*(_once(port, caller) for caller in callers))


async def _once(port: int, caller: Caller) -> None:
    asking = await _Asking.open(port, caller)
    while await asking.next_page():
        pass
    asking.close()


def _load(port: int, callers: list[Caller], warm_up: float, seconds: float) -> Load:
    return uvloop.run(_all(port, callers, warm_up, seconds))


async def _all(port: int, callers: list[Caller], warm_up: float, seconds: float) -> Load:
    begin = time.perf_counter() + warm_up
    end = begin + seconds
    waits = await asyncio.gather(*(_ask(port, caller, begin, end) for caller in callers))
    answered = [wait for each in waits for wait in each]
    return Load(len(answered) / seconds, answered)


async def _ask(port: int, caller: Caller, begin: float, end: float) -> list[float]:
    """The seconds of each answer that came in time."""
    asking = await _Asking.open(port, caller)
    waits: list[float] = []
    while (asked := time.perf_counter()) < end:
        await asking.next_page()
        answered = time.perf_counter()
        if begin <= asked and answered <= end:
            waits.append(answered - asked)
    asking.close()
    return waits


class _Asking:
    """One caller's connection, and where it is in its list."""

    def __init__(
        self, caller: Caller, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._paths = cycle((caller.path, *caller.other_paths))
        self._path = next(self._paths)
        authorization = f"Authorization: Bearer {caller.token}\r\n" if caller.token else ""
        self._head = f" HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: zstd\r\n{authorization}\r\n"
        self._reader = reader
        self._writer = writer
        self._cursor = ""

    @classmethod
    async def open(cls, port: int, caller: Caller) -> "_Asking":
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=MOST_BYTES)
        return cls(caller, f"127.0.0.1:{port}", reader, writer)

    async def next_page(self) -> bool:
        """Ask for it; whether there is one behind it. Behind the last comes the first again."""
        more = f"&cursor={self._cursor}" if self._cursor else ""
        self._writer.write(f"GET {self._path}{more}{self._head}".encode())
        body = await _body(self._reader)
        at = body.rfind(_CURSOR)
        self._cursor = "" if at < 0 else body[at + len(_CURSOR) :].partition(b'"')[0].decode()
        if not self._cursor:
            self._path = next(self._paths)
        return bool(self._cursor)

    def close(self) -> None:
        self._writer.close()


async def _body(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.partition(b"\r\n")[0].decode())
    lines = head.lower().split(b"\r\n")
    length = next(line for line in lines if line.startswith(_LENGTH))
    body = await reader.readexactly(int(length.removeprefix(_LENGTH)))
    return zstandard.decompress(body, max_output_size=MOST_BYTES) if _PACKED in lines else body
