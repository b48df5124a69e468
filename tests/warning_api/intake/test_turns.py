"""Batches take turns: a department one at a time, all together a few, and nobody waits for ever."""

import asyncio

import pytest

from services.warning_api.intake.turns import LARGE_BYTES, FilingTurns
from shared.errors import Unavailable


async def held(
    turns: FilingTurns, org: str, running: list[str], release: asyncio.Event, size: int = LARGE_BYTES
) -> None:
    async with turns.turn("231226", org, size):
        running.append(org)
        await release.wait()


async def test_a_department_has_one_turn_and_all_have_a_few() -> None:
    turns, running, release = FilingTurns(at_once=2), [], asyncio.Event()
    tasks = [asyncio.create_task(held(turns, org, running, release)) for org in ("YB", "YB", "ZJ", "MZ")]
    await asyncio.sleep(0.05)
    assert running == ["YB", "ZJ"]
    release.set()
    await asyncio.gather(*tasks)
    assert sorted(running) == ["MZ", "YB", "YB", "ZJ"]


async def test_a_large_batch_keeps_others_of_its_kind_waiting_and_small_ones_not() -> None:
    turns, running, release = FilingTurns(at_once=3), [], asyncio.Event()
    sizes = {"YB": LARGE_BYTES + 1, "ZJ": LARGE_BYTES + 1, "MZ": LARGE_BYTES, "JY": 0}
    tasks = [asyncio.create_task(held(turns, org, running, release, size)) for org, size in sizes.items()]
    await asyncio.sleep(0.05)
    assert running == ["YB", "MZ", "JY"]
    release.set()
    await asyncio.gather(*tasks)
    assert running[-1] == "ZJ"


async def test_whoever_waits_too_long_is_told_when_to_come_again() -> None:
    turns, release = FilingTurns(at_once=1, patience_seconds=0.05), asyncio.Event()
    first = asyncio.create_task(held(turns, "YB", [], release))
    await asyncio.sleep(0.01)
    with pytest.raises(Unavailable) as refused:
        await held(turns, "ZJ", [], release)
    assert refused.value.headers["Retry-After"]
    release.set()
    await first


async def test_whoever_gives_up_waiting_leaves_no_turn_taken() -> None:
    turns, release = FilingTurns(at_once=1), asyncio.Event()
    first = asyncio.create_task(held(turns, "YB", [], release))
    waiting = asyncio.create_task(held(turns, "ZJ", [], release))
    await asyncio.sleep(0.01)
    waiting.cancel()
    release.set()
    await first
    running: list[str] = []
    async with asyncio.timeout(1):
        await held(turns, "ZJ", running, release)
    assert running == ["ZJ"]
