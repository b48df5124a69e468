import gzip
import hashlib
import os
from collections.abc import AsyncIterator

import pytest
import zstandard

from shared.tables.decoding import receive
from shared.tables.errors import NotATable, TableTooLarge, UnknownTableType

BODY = os.urandom(50_000) * 60


async def chunks(data: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        (None, BODY),
        ("identity", BODY),
        ("gzip", gzip.compress(BODY, 1)),
        ("GZIP", gzip.compress(BODY[:100_000], 1) + gzip.compress(BODY[100_000:], 1)),
        ("zstd", zstandard.compress(BODY)),
        ("zstd", zstandard.compress(BODY[:100_000]) + zstandard.compress(BODY[100_000:])),
    ],
)
async def test_the_decoded_body_comes_out(encoding: str | None, sent: bytes) -> None:
    with await receive(chunks(sent), encoding) as spooled:
        assert spooled.file.read() == BODY
        assert spooled.size == len(BODY)
        assert spooled.sha256 == hashlib.sha256(BODY).digest()
    assert spooled.file.closed


async def test_an_empty_body() -> None:
    with await receive(chunks(b""), None) as spooled:
        assert spooled.size == 0


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        (None, bytes(3_000_000)),
        ("gzip", gzip.compress(bytes(500_000_000), 1)),
        ("zstd", zstandard.compress(bytes(4_000_000_000 // 8))),
    ],
)
async def test_the_limit_counts_decoded_bytes(encoding: str | None, sent: bytes) -> None:
    with pytest.raises(TableTooLarge) as caught:
        await receive(chunks(sent), encoding, 2_000_000)
    assert caught.value.status == 413


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        ("gzip", b"not compressed"),
        ("gzip", gzip.compress(BODY)[:-20]),
        ("gzip", gzip.compress(b"x") + b"rest"),
        ("zstd", b"not compressed"),
        ("zstd", zstandard.compress(BODY)[:-20]),
        ("zstd", zstandard.compress(BODY) + b"rest"),
        ("gzip", gzip.compress(BODY)[:-8] + b"\0" * 8),
    ],
)
async def test_corrupt_compression(encoding: str, sent: bytes) -> None:
    with pytest.raises(NotATable) as caught:
        await receive(chunks(sent), encoding)
    assert (caught.value.status, caught.value.code) == (400, "corrupt_compression")


async def test_a_window_that_would_take_too_much_memory() -> None:
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=27)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    sent = compressor.compress(BODY) + compressor.flush()
    with pytest.raises(NotATable):
        await receive(chunks(sent), "zstd")


async def test_unknown_encoding() -> None:
    with pytest.raises(UnknownTableType) as caught:
        await receive(chunks(b""), "br")
    assert caught.value.status == 415


async def test_a_sender_that_breaks_off() -> None:
    async def breaks() -> AsyncIterator[bytes]:
        yield b"x" * 2_000_000
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await receive(breaks(), None)
