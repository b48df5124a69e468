"""Short requests go before long computing, which gets on all the same."""

import asyncio
import time

from shared.runtime.precedence import Precedence


async def test_nobody_waits_when_there_is_nobody() -> None:
    async with asyncio.timeout(0.01):
        await Precedence(10).let_others_go_first()


async def test_computing_waits_for_the_last_request() -> None:
    precedence, order = Precedence(10), []

    async def compute() -> None:
        await precedence.let_others_go_first()
        order.append("computed")

    with precedence.of_short_request():
        with precedence.of_short_request():
            computing = asyncio.create_task(compute())
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)
        order.append("answered")
    await computing
    assert order == ["answered", "computed"]


async def test_computing_is_not_held_up_for_ever() -> None:
    precedence = Precedence(0.05)
    began = time.monotonic()
    with precedence.of_short_request():
        await precedence.let_others_go_first()
    assert 0.04 < time.monotonic() - began < 1
