"""A body comes in its size and its time, or not at all."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from fastapi import Request

from services.identity_api.tokens.token_request import read_token_request
from shared.errors import Malformed, Unprocessable
from shared.errors.refusals import BodyStalled, TooLarge
from shared.runtime.receiving import declares_more, paced, whole_body
from shared.runtime.route import read_body
from shared.runtime.tables import received_table
from shared.tables.decoding import BODY_LIMIT, XLSX_LIMIT
from shared.tables.errors import TableTooLarge


def request(*chunks: bytes, **headers: str) -> Request:
    """A request whose body comes in these pieces; fails where more is asked for."""
    left = list(chunks)
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    return Request({"type": "http", "method": "POST", "headers": named}, receive)


async def every(seconds: float, *chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        await asyncio.sleep(seconds)
        yield chunk


async def test_a_sender_that_stops() -> None:
    async def stops() -> AsyncIterator[bytes]:
        yield b"[{"
        await asyncio.sleep(60)

    with pytest.raises(BodyStalled) as caught:
        [_ async for _ in paced(stops(), idle_seconds=0.05)]
    assert (caught.value.status, caught.value.code) == (408, "body_stalled")
    assert caught.value.headers == {"Connection": "close"}


async def test_a_sender_that_creeps() -> None:
    came = []
    with pytest.raises(BodyStalled):
        async for chunk in paced(
            every(0.02, *[b"x"] * 50), idle_seconds=10, grace_seconds=0.2, least_rate=1_000
        ):
            came.append(chunk)
    assert 2 < len(came) < 15


async def test_a_sender_that_comes_at_the_least_rate_has_all_the_time_it_needs() -> None:
    chunks = [b"x" * 100] * 30
    assert [c async for c in paced(every(0.01, *chunks), grace_seconds=0.1, least_rate=4_000)] == chunks


async def test_what_the_reader_does_takes_none_of_the_senders_time() -> None:
    came = []
    async for chunk in paced(every(0, *[b"x"] * 5), grace_seconds=0.1):
        await asyncio.sleep(0.05)
        came.append(chunk)
    assert len(came) == 5


@pytest.mark.parametrize("take", [received_table, read_body, read_token_request])
async def test_nobody_is_waited_for_longer(
    take: Callable[[Request], Awaitable[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hangs() -> dict[str, Any]:
        await asyncio.sleep(60)
        raise AssertionError("still waiting")

    monkeypatch.setitem(paced.__kwdefaults__, "idle_seconds", 0.05)
    headers = [(b"content-type", b"text/csv")]
    with pytest.raises(BodyStalled):
        await take(Request({"type": "http", "method": "POST", "headers": headers}, hangs))


@pytest.mark.parametrize(
    ("declared", "more"),
    [("0", False), ("10", False), ("11", True), ("²", True), ("-1", True), ("", True), ("9" * 5_000, True)],
)
def test_what_is_declared(declared: str, more: bool) -> None:
    assert declares_more(request(content_length=declared), 10) is more
    assert not declares_more(request(), 10)


async def test_a_body_is_refused_as_soon_as_it_is_too_large() -> None:
    assert await whole_body(request(b"12345", b"67890"), 10) == b"1234567890"
    with pytest.raises(TooLarge):
        await whole_body(request(b"12345", b"678901", b"never asked for"), 10)
    with pytest.raises(TooLarge):
        await whole_body(request(content_length="11"), 10)


@pytest.mark.parametrize(("kind", "limit"), [("text/csv", BODY_LIMIT), ("xlsx", XLSX_LIMIT)])
async def test_a_table_that_is_declared_too_large_is_not_received(kind: str, limit: int) -> None:
    if kind == "xlsx":
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    with pytest.raises(TableTooLarge) as caught:
        await received_table(request(content_type=kind, content_length=str(limit + 1)))
    assert (caught.value.status, caught.value.code) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"name":"\xed\xa0\x80"}', Malformed),
        (b'{"name":"\xff"}', Malformed),
        ('{"name":"张"}'.encode("gb18030"), Malformed),
        (rb'{"name":"\ud800"}', Malformed),
        (b'{"name":"\x00"}', Unprocessable),
        (rb'{"name":"\u0000"}', Unprocessable),
    ],
)
async def test_what_cannot_be_stored_is_no_json(body: bytes, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await read_body(request(body))


async def test_what_can_be_stored_is_kept() -> None:
    body = '{"name":"张\\ud83d\\ude00"}'.encode()
    asked = request(body[:10], body[10:])
    await read_body(asked)
    assert await asked.body() == body
