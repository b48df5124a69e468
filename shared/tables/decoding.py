"""A request body received into a file: decompressed, counted, hashed, never whole in memory.

Small bodies stay in memory; larger ones go to a file without a name, which disappears with its handle.
Nothing here holds up the event loop: files are written, hashed and decompressed in a thread.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, Self

import zstandard

from shared.tables.errors import NotATable, TableTooLarge, UnknownTableType

MEBIBYTE = 1024 * 1024
BODY_LIMIT = 512 * MEBIBYTE
XLSX_LIMIT = 64 * MEBIBYTE

_IN_MEMORY = MEBIBYTE
_STEP = MEBIBYTE
_GATHERED = MEBIBYTE // 4
# RFC 9659: a zstd body on the web needs a window of no more than 8 MiB.
_ZSTD_WINDOW = 8 * MEBIBYTE
# Four bytes of zstd can stand for 128 KiB: so few at a time unfold to 16 MiB at most.
_ZSTD_STEP = 512
# One thread for all bodies: who waits for it does not read on, so that ten senders at once leave the event loop time
# for everybody else.
_writer = ThreadPoolExecutor(1, "body-writer")
_ENCODINGS = {None: "", "": "", "identity": "", "gzip": "gzip", "x-gzip": "gzip", "zstd": "zstd"}


@dataclass(frozen=True, slots=True)
class Spooled:
    """A decoded body: `file` stands at its beginning, `sha256` and `size` are of the decoded bytes.

    `released` is called when it is closed, once.
    """

    file: IO[bytes]
    sha256: bytes
    size: int
    released: Callable[[], None] | None = None

    def close(self) -> None:
        if self.file.closed:
            return
        self.file.close()
        if self.released is not None:
            self.released()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def body_too_large(limit: int) -> TableTooLarge:
    return TableTooLarge("body_too_large", f"解压后的内容超过{limit // MEBIBYTE} MiB，请拆分成几个批次")


class _Spool:
    """Bytes on their way into a file, with their count and digest."""

    def __init__(self, limit: int) -> None:
        self.file: IO[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - handed on open
        self.digest = hashlib.sha256()
        self.size = 0
        self._limit = limit

    def write(self, data: bytes) -> None:
        self.size += len(data)
        if self.size > self._limit:
            raise body_too_large(self._limit)
        self.digest.update(data)
        self.file.write(data)


async def receive(stream: AsyncIterator[bytes], encoding: str | None, limit: int = BODY_LIMIT) -> Spooled:
    """The body of a request, decoded from its Content-Encoding. `limit` counts decoded bytes.

    Raises TableTooLarge (413), UnknownTableType (415), NotATable (400: corrupt compression). The caller closes
    what it gets.
    """
    try:
        compression = _ENCODINGS[encoding.strip().lower() if encoding else None]
    except KeyError:
        raise UnknownTableType(
            "unsupported_content_encoding", "不支持的 Content-Encoding，请用 gzip、zstd 或不压缩"
        ) from None
    spool = _Spool(limit)
    try:
        await _gather(stream, spool)
        if compression:
            sent, spool = spool, _Spool(limit)
            try:
                await asyncio.to_thread(_decompress, sent.file, compression, spool)
            finally:
                sent.file.close()
        spool.file.seek(0)
    except BaseException:
        spool.file.close()
        raise
    return Spooled(spool.file, spool.digest.digest(), spool.size)


async def _gather(stream: AsyncIterator[bytes], spool: _Spool) -> None:
    """Write what comes in, a quarter MiB at a time: a thread for every network packet would cost more."""
    pending = bytearray()
    async for chunk in stream:
        pending += chunk
        if len(pending) >= _GATHERED:
            await asyncio.get_running_loop().run_in_executor(_writer, spool.write, bytes(pending))
            pending.clear()
    spool.write(bytes(pending))


def _decompress(sent: IO[bytes], compression: str, spool: _Spool) -> None:
    sent.seek(0)
    try:
        for data in _gunzip(sent) if compression == "gzip" else _unzstd(sent):
            spool.write(data)
    except (gzip.BadGzipFile, EOFError, zlib.error, zstandard.ZstdError):
        raise NotATable(
            "corrupt_compression", f"{compression} 压缩内容已损坏或不完整，请重新压缩上传"
        ) from None


def _gunzip(sent: IO[bytes]) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=sent, mode="rb") as decoded:
        while data := decoded.read(_STEP):
            yield data


def _unzstd(sent: IO[bytes]) -> Iterator[bytes]:
    """Frame after frame. zstandard's own reader takes a body that breaks off for a whole one."""
    decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    frame = None
    while data := sent.read(_ZSTD_STEP):
        while data:
            frame = frame or decompressor.decompressobj()
            yield frame.decompress(data)
            data, frame = (frame.unused_data, None) if frame.eof else (b"", frame)
    if frame is not None:
        raise EOFError
