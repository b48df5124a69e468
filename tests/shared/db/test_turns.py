"""Connections are given in the order of asking, and whoever waits too long is told so."""

import asyncio

import pytest

from shared.db import turns as module
from shared.db.turns import Turns
from shared.errors import Unavailable


async def test_whoever_waits_comes_before_whoever_gives_back() -> None:
    turns = Turns(1)
    order = []

    async def caller(name: str) -> None:
        for _ in range(3):
            await turns.take()
            order.append(name)
            await asyncio.sleep(0)
            turns.give_back()

    await asyncio.gather(*(caller(name) for name in "abc"))
    assert order == list("abc" * 3)


async def test_a_turn_that_does_not_come_is_a_503(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.01)
    turns = Turns(1)
    await turns.take()
    with pytest.raises(Unavailable):
        await turns.take()
    turns.give_back()
    await turns.take()
