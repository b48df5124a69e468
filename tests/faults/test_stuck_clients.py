"""Clients that stop in the middle hold neither the others nor a transaction."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import httpx
import orjson
import pytest

from bihuan.launcher.embedded import EmbeddedPostgres
from bihuan.launcher.home import Home
from tests.factories.system import System
from tests.faults.bureau import CYCLE, Bureau

STUCK = 10
RECORDS = 1_000
#: More than the machine's buffers take of answers that nobody reads.
PIPELINED = 10
#: A stuck client is given up after 30 s: whoever waits for one waits longer than this, however busy the machine is.
MOST_SECONDS = 8.0

IN_TRANSACTION = """
SELECT pid, xact_start FROM pg_stat_activity
WHERE application_name = 'bihuan' AND state <> 'idle' AND xact_start < clock_timestamp() - interval '1 second'"""


def token(bureau: Bureau, name: str) -> str:
    bureau.call(name, "GET", f"{bureau.system.warning}/v1/cycles/current")
    return bureau.tokens[name]


@contextmanager
def connected(system: System, *pieces: bytes, receive_buffer: int = 0) -> Iterator[socket.socket]:
    """A client that has sent so much, and then does nothing."""
    url = httpx.URL(system.warning)
    client = socket.socket()
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.connect((url.host, url.port))
    try:
        for piece in pieces:
            client.sendall(piece)
        yield client
    finally:
        client.close()


def head(method: str, target: str, bearer: str, *lines: str) -> bytes:
    return "\r\n".join(
        [f"{method} {target} HTTP/1.1", "Host: bihuan", f"Authorization: Bearer {bearer}", *lines, "", ""]
    ).encode()


async def others_are_served(system: System, bureau: Bureau, batch_no: str) -> None:
    """Lists, a push by another department, and no transaction that waits for anybody."""
    for _ in range(10):
        began = time.monotonic()
        listed = await asyncio.to_thread(
            bureau.call, "county", "GET", f"{system.warning}/v1/tasks", params={"cycle": CYCLE, "limit": 20}
        )
        assert listed.status_code == 200
        assert time.monotonic() - began < MOST_SECONDS
    records = [record | {"indicator": "ZJ01"} for record in bureau.records(10, f"{batch_no}-")]
    pushed = await asyncio.to_thread(
        bureau.call,
        "ZJ",
        "POST",
        f"{system.warning}/v1/batches",
        params={"batch_no": batch_no},
        json={"records": records},
    )
    assert (pushed.status_code, pushed.json()["accepted"]) == (201, 10), pushed.text
    superuser = await asyncpg.connect(EmbeddedPostgres(Home(system.home)).superuser_url)
    give_up = time.monotonic() + 20
    # The worker is at the batches of before for a while, on a busy machine in one slow transaction after the other:
    # what is held for somebody is the same transaction all the time.
    held = set(await superuser.fetch(IN_TRANSACTION))
    while held and time.monotonic() < give_up:
        await asyncio.sleep(0.2)
        held &= set(await superuser.fetch(IN_TRANSACTION))
    await superuser.close()
    assert not held


@pytest.mark.parametrize("sent", ["half", "all-but-one-byte", "nothing"])
async def test_bodies_that_stop(system: System, bureau: Bureau, sent: str) -> None:
    body = orjson.dumps({"records": bureau.records(RECORDS, f"stuck-{sent}-")})
    piece = {"half": body[: len(body) // 2], "all-but-one-byte": body[:-1], "nothing": b""}[sent]
    bearer = token(bureau, "YB")
    clients = []
    for number in range(STUCK):
        lines = head(
            "POST",
            f"/v1/batches?batch_no=stuck-{sent}-{number}",
            bearer,
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        )
        client = connected(system, lines, piece)
        client.__enter__()
        clients.append(client)
    try:
        await others_are_served(system, bureau, f"beside-{sent}")
    finally:
        for client in clients:
            client.__exit__(None, None, None)
    batches = bureau.all("YB", f"{system.warning}/v1/batches", cycle=CYCLE)
    assert not [batch for batch in batches if batch["batch_no"].startswith(f"stuck-{sent}-")]
    assert bureau.push(f"stuck-{sent}-0", bureau.records(RECORDS, f"stuck-{sent}-"))["accepted"] == RECORDS


async def test_answers_that_nobody_reads(system: System, bureau: Bureau) -> None:
    bureau.push("unread", bureau.records(RECORDS, "unread-"))
    asked = head("GET", f"/v1/warnings?cycle={CYCLE}&limit=500", token(bureau, "YB"))
    clients = [connected(system, *[asked] * PIPELINED, receive_buffer=4096) for _ in range(STUCK)]
    for client in clients:
        client.__enter__()
    try:
        await asyncio.sleep(1)
        await others_are_served(system, bureau, "beside-unread")
    finally:
        for client in clients:
            client.__exit__(None, None, None)
