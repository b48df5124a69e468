"""A push that is cut off at any moment is filed whole or not at all, and pushing again gives all of it once."""

import asyncio
import os
import random
import signal
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx
import orjson
import psutil
import pytest

from bihuan.launcher.embedded import DATABASE, EmbeddedPostgres
from bihuan.launcher.home import Home
from tests.factories.system import Replica, System
from tests.faults.bureau import COUNTY, CYCLE, Bureau

#: Several chunks: there are moments when one is filed and another is not.
RECORDS = 3_000
#: Such a body is prepared in a process of its own, which is at it for a while.
MANY = 30_000

COMPANION = "shared.runtime.companion_process"

#: What our service's connections do now, or did last.
AT_WORK = (
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'bihuan' AND query LIKE $1 AND state <> 'idle'"
)
ROWS = f"""
SELECT count(*), count(DISTINCT source_record_id), count(DISTINCT batch_id) FROM warning.warning
WHERE county_code = '{COUNTY}' AND cycle = '{CYCLE}' AND org_code = 'YB' AND source_record_id LIKE $1 || '-%'"""
BATCHES = f"SELECT count(*) FROM warning.batch WHERE county_code = '{COUNTY}' AND batch_no = $1"
TOLD = "SELECT count(*) FROM warning.outbox_event WHERE subject = $1 AND type = 'bihuan.batch.filed'"
NUMBERS = f"""
SELECT count(*) = count(DISTINCT filing_seq) FROM warning.warning
WHERE county_code = '{COUNTY}' AND cycle = '{CYCLE}' AND org_code = 'YB'"""


@dataclass
class Push:
    """One push on its way, by plain HTTP and without any patience, from a thread of its own."""

    url: str
    token: str
    batch_no: str
    body: bytes
    half_sent: threading.Event = field(default_factory=threading.Event)
    sent: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    #: None: no answer came.
    answer: httpx.Response | None = None

    def _chunks(self) -> Iterator[bytes]:
        middle = len(self.body) // 2
        yield self.body[:middle]
        self.half_sent.set()
        self.go_on.wait(30)
        yield self.body[middle:]
        self.sent.set()

    def _send(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            self.answer = httpx.post(
                f"{self.url}/v1/batches",
                params={"batch_no": self.batch_no},
                content=self._chunks(),
                headers=headers,
                timeout=60,
            )
        except httpx.TransportError:
            self.answer = None

    def start(self) -> "asyncio.Task[None]":
        return asyncio.create_task(asyncio.to_thread(self._send))


class Database:
    """What stands in the tables, seen from outside; connects anew when PostgreSQL had to recover."""

    def __init__(self, system: System) -> None:
        maintenance = EmbeddedPostgres(Home(system.home)).superuser_url
        self._url = f"{maintenance.rpartition('/')[0]}/{DATABASE}"
        self._connection: asyncpg.Connection | None = None

    async def fetch(self, sql: str, *arguments: Any) -> list[Any]:
        give_up = time.monotonic() + 30
        while True:
            try:
                if self._connection is None or self._connection.is_closed():
                    self._connection = await asyncpg.connect(self._url)
                return await self._connection.fetch(sql, *arguments)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                if time.monotonic() > give_up:
                    raise
                await asyncio.sleep(0.1)

    async def value(self, sql: str, *arguments: Any) -> Any:
        return (await self.fetch(sql, *arguments))[0][0]

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()


@pytest.fixture
async def seen(system: System) -> AsyncIterator[Database]:
    made = Database(system)
    yield made
    await made.close()


@asynccontextmanager
async def watched(system: System, batch_no: str) -> AsyncIterator[set[int]]:
    """All numbers of records of the batch that anybody could see meanwhile."""
    counts: set[int] = set()
    database = Database(system)

    async def look() -> None:
        while True:
            counts.add(await database.value(ROWS, batch_no))
            await asyncio.sleep(0.02)

    looking = asyncio.create_task(look())
    try:
        yield counts
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await database.close()


Moment = Callable[[Push, "asyncio.Task[None]", Database], Awaitable[None]]


async def receiving(push: Push, _: "asyncio.Task[None]", __: Database) -> None:
    push.go_on.clear()
    await asyncio.to_thread(push.half_sent.wait, 30)


async def received(push: Push, _: "asyncio.Task[None]", __: Database) -> None:
    await asyncio.to_thread(push.sent.wait, 30)


def at_work(query: str) -> Moment:
    """As soon as one of our connections is at such a statement, or in a transaction with it as the last one."""

    async def until(_: Push, sending: "asyncio.Task[None]", seen: Database) -> None:
        while not sending.done() and not await seen.fetch(AT_WORK, query):
            pass

    return until


async def committed(push: Push, sending: "asyncio.Task[None]", seen: Database) -> None:
    while not sending.done() and not await seen.value(BATCHES, push.batch_no):
        pass


async def answered(_: Push, sending: "asyncio.Task[None]", __: Database) -> None:
    await sending


def after(seconds: float) -> Moment:
    async def until(_: Push, __: "asyncio.Task[None]", ___: Database) -> None:
        await asyncio.sleep(seconds)

    return until


STAGING, FILING, TELLING = "COPY %staged_record%", "%INSERT INTO warning (%", "%outbox_event%"
MOMENTS: dict[str, Moment] = {
    "receiving": receiving,
    "received": received,
    "staging": at_work(STAGING),
    "filing": at_work(FILING),
    "before-commit": at_work(TELLING),
    "committed": committed,
    "answered": answered,
}


def body_of(bureau: Bureau, batch_no: str, records: int) -> bytes:
    return orjson.dumps({"records": bureau.records(records, f"{batch_no}-")})


def started(bureau: Bureau, url: str, batch_no: str, records: int = RECORDS) -> Push:
    """A push to the process at ``url``; it does not stop half-way unless it is told to."""
    bureau.call("YB", "GET", f"{bureau.system.warning}/v1/cycles/current")
    push = Push(url, bureau.tokens["YB"], batch_no, body_of(bureau, batch_no, records))
    push.go_on.set()
    return push


async def pushed_again(bureau: Bureau, push: Push) -> httpx.Response:
    """The same push, as a department repeats it: while the first is not known to be dead, it is told to wait."""
    give_up = time.monotonic() + 60
    while True:
        answer = await asyncio.to_thread(
            bureau.call,
            "YB",
            "POST",
            f"{bureau.system.warning}/v1/batches",
            params={"batch_no": push.batch_no},
            content=push.body,
            headers={"Content-Type": "application/json"},
        )
        if answer.status_code not in (409, 503) or time.monotonic() > give_up:
            return answer
        assert answer.headers["Retry-After"]
        await asyncio.sleep(0.2)


async def whole_once(
    bureau: Bureau, push: Push, seen: Database, counts: set[int], records: int = RECORDS
) -> None:
    """Until now all or nothing; after pushing again all, once."""
    found = await seen.value(ROWS, push.batch_no)
    assert found in (0, records)
    if push.answer is not None and push.answer.status_code == 201:
        assert found == records
    again = await pushed_again(bureau, push)
    batch = again.json()
    assert again.status_code == (200 if found else 201), again.text
    assert (batch["accepted"], batch["duplicate"], batch["rejected"]) == (records, 0, 0)
    assert tuple((await seen.fetch(ROWS, push.batch_no))[0]) == (records, records, 1)
    assert await seen.value(BATCHES, push.batch_no) == 1
    assert await seen.value(TOLD, f"batch/{batch['id']}") == 1
    assert await seen.value(NUMBERS)
    assert counts <= {0, records}


async def killed_at(system: System, bureau: Bureau, seen: Database, batch_no: str, moment: Moment) -> None:
    replica = Replica(system, "warning_api")
    try:
        await asyncio.to_thread(replica.wait_ready)
        async with watched(system, batch_no) as counts:
            push = started(bureau, replica.url, batch_no)
            if moment is receiving:
                push.go_on.clear()
            sending = push.start()
            await moment(push, sending, seen)
            replica.kill()
            push.go_on.set()
            await sending
            await whole_once(bureau, push, seen, counts)
    finally:
        replica.kill()


@pytest.mark.parametrize("moment", MOMENTS)
async def test_warning_api_dies(system: System, bureau: Bureau, seen: Database, moment: str) -> None:
    await killed_at(system, bureau, seen, f"W-{moment}", MOMENTS[moment])


@pytest.mark.long
@pytest.mark.parametrize("seed", range(40))
async def test_warning_api_dies_at_any_moment(
    system: System, bureau: Bureau, seen: Database, seed: int
) -> None:
    await killed_at(system, bureau, seen, f"R-{seed}", after(random.Random(seed).uniform(0, 1.2)))


async def test_the_process_that_prepares_dies(system: System, bureau: Bureau, seen: Database) -> None:
    """Some chunks are filed by then; the service goes on, and starts another."""
    batch_no = "C-preparing"
    async with watched(system, batch_no) as counts:
        push = started(bureau, system.warning, batch_no, MANY)
        sending = push.start()
        await at_work(FILING)(push, sending, seen)
        (preparing,) = preparing_processes(system)
        preparing.kill()
        await sending
        assert push.answer is not None
        assert (push.answer.status_code, push.answer.json()["code"]) == (503, "unavailable")
        assert push.answer.headers["Retry-After"]
        await whole_once(bureau, push, seen, counts, MANY)
    assert preparing not in preparing_processes(system)


def preparing_processes(system: System) -> list[psutil.Process]:
    running = psutil.Process(system.pid("warning_api")).children(recursive=True)
    return [process for process in running if COMPANION in process.cmdline()]


async def test_postgresql_dies(system: System, bureau: Bureau, seen: Database) -> None:
    """kill -9 of the server process that serves the push: PostgreSQL throws all connections off and recovers."""
    batch_no = "P-filing"
    async with watched(system, batch_no) as counts:
        push = started(bureau, system.warning, batch_no)
        sending = push.start()
        pids: list[Any] = []
        while not pids and not sending.done():
            pids = await seen.fetch(AT_WORK, FILING)
        assert pids, "the push was over before"
        os.kill(pids[0]["pid"], signal.SIGKILL)
        await sending
        assert push.answer is not None
        assert (push.answer.status_code, push.answer.json()["code"]) == (503, "unavailable")
        assert push.answer.headers["Retry-After"]
        await whole_once(bureau, push, seen, counts)


@pytest.mark.parametrize("other", ["identity_api", "household_api"])
async def test_a_push_does_not_need_the_others(
    system: System, bureau: Bureau, seen: Database, other: str
) -> None:
    """Once its token is known, identity_api may be away; household_api is asked after the answer only."""
    batch_no = f"O-{other}"
    async with watched(system, batch_no) as counts:
        push = started(bureau, system.warning, batch_no)
        push.go_on.clear()
        sending = push.start()
        await asyncio.to_thread(push.half_sent.wait, 30)
        killing = asyncio.create_task(asyncio.to_thread(system.kill, other))
        push.go_on.set()
        await sending
        assert push.answer is not None
        assert (push.answer.status_code, push.answer.json()["accepted"]) == (201, RECORDS)
        await killing
        await whole_once(bureau, push, seen, counts)
