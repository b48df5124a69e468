"""Headers have bounds in size and time, and a service has one in connections."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import orjson
import pytest
import uvicorn
from uvicorn.server import ServerState

from shared.runtime import protocol
from shared.runtime.protocol import MOST_HEADER_BYTES, BoundedHttp

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], Awaitable[Connection]]

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the length of the body; at /early before it is read; at /wait after more than half a second."""
    size, more = 0, scope["path"] != "/early"
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message["body"]), message["more_body"]
    if scope["path"] == "/wait":
        await asyncio.sleep(0.6)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"8")]})
    await send({"type": "http.response.body", "body": b"%8d" % size})


@pytest.fixture
async def connect(request: pytest.FixtureRequest) -> AsyncIterator[Connect]:
    most = getattr(request, "param", None)
    config = uvicorn.Config(
        echo, http=BoundedHttp, lifespan="off", log_config=None, timeout_keep_alive=1, limit_concurrency=most
    )
    config.load()
    state, loop = ServerState(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: BoundedHttp(config, state, {}, _loop=loop), "127.0.0.1", 0)
    async with AsyncExitStack() as opened:

        async def open_one() -> Connection:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            opened.callback(writer.close)
            return reader, writer

        yield open_one
    server.close()


async def answer_of(connection: Connection) -> tuple[int, dict[str, str], bytes]:
    reader, _ = connection
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    return int(head[0].split()[1]), headers, await reader.readexactly(int(headers["content-length"]))


async def asked(connection: Connection, sent: bytes) -> tuple[int, dict[str, str], bytes]:
    connection[1].write(sent)
    async with asyncio.timeout(10):
        return await answer_of(connection)


async def is_closed(connection: Connection) -> bool:
    try:
        async with asyncio.timeout(10):
            return await connection[0].read() == b""
    except ConnectionError:
        return True


async def test_ordinary_requests_go_through_one_after_the_other(connect: Connect) -> None:
    connection = await connect()
    long = b"X-Long: " + b"a" * (MOST_HEADER_BYTES - 1_000) + b"\r\n"
    for head in (b"", long, long, b"Content-Length: 0\r\n"):
        assert (await asked(connection, b"GET / HTTP/1.1\r\nHost: a\r\n" + head + b"\r\n"))[0] == 200
    body = b"x" * 3_000_000
    sent = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    assert (await asked(connection, sent))[2] == b" 3000000"
    chunks = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 100_000
    assert (await asked(connection, chunks + b"0\r\n\r\n"))[2] == b"  100000"


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"a" * 3_000_000,
        b"GET /" + b"a" * 3_000_000,
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 500_000,
        b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"a" * (MOST_HEADER_BYTES + 1) + b"\r\n\r\n",
    ],
    ids=["one that never ends", "an address that never ends", "many", "one that is whole"],
)
async def test_headers_that_are_too_large(connect: Connect, head: bytes) -> None:
    connection = await connect()
    status, headers, body = await asked(connection, head)
    assert (status, headers["connection"]) == (431, "close")
    assert orjson.loads(body)["code"] == "headers_too_large"
    assert await is_closed(connection)


async def test_headers_below_a_body_are_bounded_too(connect: Connect) -> None:
    connection = await connect()
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Long: "
    connection[1].write(head + b"a" * 3_000_000)
    assert await is_closed(connection)


async def test_headers_that_do_not_come(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEADER_SECONDS", 0.3)
    silent, creeping = await connect(), await connect()
    answered, slow = (
        await connect(),
        asyncio.create_task(asked(await connect(), b"GET /wait HTTP/1.1\r\n\r\n")),
    )
    assert (await asked(answered, GET))[0] == 200
    began = asyncio.get_running_loop().time()
    for byte in GET[:20]:
        creeping[1].write(bytes([byte]))
        await asyncio.sleep(0.03)
    assert await is_closed(creeping)
    assert await is_closed(silent)
    assert asyncio.get_running_loop().time() - began < 2
    # Who is being answered is not closed on, and who was answered may ask again.
    assert (await slow)[0] == 200
    assert (await asked(answered, GET))[0] == 200


async def test_a_body_that_nobody_reads_does_not_hold_the_connection(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEADER_SECONDS", 0.2)
    connection = await connect()
    head = b"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n"
    assert (await asked(connection, head))[0] == 200
    closed = asyncio.create_task(is_closed(connection))
    for _ in range(20):
        connection[1].write(b"x")
        await asyncio.sleep(0.1)
    assert closed.done()
    assert await closed


@pytest.mark.parametrize("connect", [2], indirect=True)
async def test_beyond_so_many_connections_the_next_are_told_to_come_again(connect: Connect) -> None:
    first, second, third = await connect(), await connect(), await connect()
    status, headers, body = await asked(third, GET)
    assert (status, orjson.loads(body)["code"]) == (503, "unavailable")
    assert headers["retry-after"] == "1"
    assert headers["content-type"] == "application/problem+json"
    assert await is_closed(third)
    assert (await asked(first, GET))[0] == 200
    assert (await asked(second, GET))[0] == 200
