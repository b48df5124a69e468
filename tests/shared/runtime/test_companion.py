"""Work beside the event loop ends whole, or its consumer is told; nothing of it is left behind."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import psutil
import pytest

from shared.runtime.companion import CompanionLost, Companions, ComputationFailed
from shared.tables.decoding import Spooled
from shared.tables.errors import MalformedTable
from tests.shared.runtime import companion_work as work

SECONDS = 20


@pytest.fixture
async def companions() -> AsyncIterator[Companions]:
    made = Companions()
    yield made
    await made.close()
    assert made.pids == []


@pytest.fixture
def body() -> Iterator[Spooled]:
    """Three lines; large, as far as ``results(small=0)`` is concerned."""
    with tempfile.TemporaryFile() as file:
        file.write(b"one\ntwo\nthree\n")
        file.flush()
        yield Spooled(file, b"", 14)


async def all_of(
    companions: Companions, function: Any, body: Spooled, argument: Any = None, small: int = 0
) -> list[Any]:
    return [item async for item in companions.results(function, argument, body, small)]


async def until(true: Callable[[], bool]) -> None:
    give_up = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < give_up
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("small", [0, 100])
async def test_the_same_comes_from_thread_and_process(
    companions: Companions, body: Spooled, small: int
) -> None:
    for _ in range(2):
        body.file.seek(0)
        assert await all_of(companions, work.lines, body, small=small) == [b"one\n", b"two\n", b"three\n"]
    assert len(companions.pids) == (0 if small else 1)


async def test_one_that_was_started_before_does_the_first_work(companions: Companions, body: Spooled) -> None:
    companions.start("wave")
    (ready,) = companions.pids
    assert await all_of(companions, work.pids, body) == [ready]
    assert await all_of(companions, work.has_imported, body, "wave") == [True]
    assert await all_of(companions, work.has_imported, body, "antigravity") == [False]


@pytest.mark.parametrize(("shares", "small"), [(1, 0), (2, 0), (3, 0), (2, 1_000)])
async def test_shares_come_together_in_the_order_of_the_body(
    companions: Companions, body: Spooled, shares: int, small: int
) -> None:
    body.file.seek(0)
    results = companions.shared_results(work.share_of_lines, None, body, shares, small)
    assert [line async for line in results] == [b"one\n", b"two\n", b"three\n"]


async def test_two_readers_of_one_file(companions: Companions, body: Spooled) -> None:
    """Each in a process of its own, with a position of its own."""
    both = await asyncio.gather(*(all_of(companions, work.lines, body) for _ in range(2)))
    assert both == [[b"one\n", b"two\n", b"three\n"]] * 2
    assert len(set(companions.pids)) == 2


@pytest.mark.parametrize("small", [0, 100])
async def test_a_refusal_crosses(companions: Companions, body: Spooled, small: int) -> None:
    with pytest.raises(MalformedTable) as refused:
        await all_of(companions, work.refusing, body, small=small)
    assert (refused.value.code, refused.value.message, refused.value.status) == (
        "empty_file",
        "文件是空的",
        422,
    )


async def test_a_fault_is_told_without_what_it_was_about(companions: Companions, body: Spooled) -> None:
    with pytest.raises(ComputationFailed) as failed:
        await all_of(companions, work.faulty, body, "231226199001010019")
    assert "ValueError" in str(failed.value)
    assert "companion_work.py" in str(failed.value)
    assert "231226199001010019" not in str(failed.value)


async def test_a_process_that_ends_fails_its_consumer_and_is_followed_by_another(
    companions: Companions, body: Spooled
) -> None:
    with pytest.raises(CompanionLost) as lost:
        await all_of(companions, work.ending, body)
    assert (lost.value.status, lost.value.headers) == (503, {"Retry-After": "2"})
    assert await all_of(companions, work.lines, body)


async def test_a_process_killed_between_two_pieces_is_not_noticed(
    companions: Companions, body: Spooled
) -> None:
    (before,) = await all_of(companions, work.pids, body)
    os.kill(before, signal.SIGKILL)
    (after,) = await all_of(companions, work.pids, body)
    assert after != before


async def test_killed_while_it_computes(companions: Companions, body: Spooled) -> None:
    async with aclosing(companions.results(work.slow, None, body, 0)) as items:
        assert await anext(items) == 1
        os.kill(companions.pids[0], signal.SIGKILL)
        began = time.monotonic()
        with pytest.raises(CompanionLost):
            await anext(items)
    assert time.monotonic() - began < SECONDS


async def test_one_that_does_not_answer_is_given_up(
    companions: Companions, body: Spooled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.runtime.companion.PATIENCE_SECONDS", 2.0)
    with pytest.raises(CompanionLost):
        await all_of(companions, work.slow, body)
    assert await all_of(companions, work.lines, body)


async def test_a_slow_consumer_stops_its_producer_and_one_that_goes_ends_it(
    companions: Companions, body: Spooled, tmp_path: Path
) -> None:
    note = tmp_path / "made"
    async with aclosing(companions.results(work.endless, str(note), body, 0)) as items:
        await anext(items)
        await asyncio.sleep(0.5)
        made = int(note.read_text())
        await asyncio.sleep(0.5)
        assert made == int(note.read_text()) <= 4
    await until(lambda: note.read_text().endswith("closed"))
    assert len(companions.pids) == 1


async def test_a_cancelled_consumer_ends_its_producer(
    companions: Companions, body: Spooled, tmp_path: Path
) -> None:
    note = tmp_path / "made"
    consuming = asyncio.create_task(all_of(companions, work.endless, body, str(note)))
    await until(note.exists)
    consuming.cancel()
    with pytest.raises(asyncio.CancelledError):
        await consuming
    await until(lambda: note.read_text().endswith("closed"))


async def test_what_the_process_knows(
    companions: Companions, body: Spooled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the service's settings, and what it was told stands on no command line."""
    monkeypatch.setenv("BIHUAN_SERVICE_DATABASE_URL", "postgresql://secret")
    variables, more = await all_of(companions, work.environment, body)
    assert not [name for name in variables if name.startswith("BIHUAN")]
    assert int(more["nice"]) >= 5
    assert more["command"].rstrip("\0").endswith("shared.runtime.companion_process")


PARENT = """
import asyncio, tempfile
from shared.runtime.companion import Companions
from shared.tables.decoding import Spooled
from tests.shared.runtime import companion_work as work
async def main():
    companions = Companions()
    with tempfile.TemporaryFile() as file:
        async for item in companions.results(work.slow, None, Spooled(file, b"", 1), 0):
            print(companions.pids[0], flush=True)
asyncio.run(main())
"""


async def test_it_does_not_outlive_a_service_that_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(await asyncio.to_thread(parent.stdout.readline))
    assert psutil.pid_exists(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    await until(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == "zombie")
