"""Requests that somebody waits for go before long computing in the same process."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

#: Computing waits so long at most before each of its pieces, however many requests there are: it gets on.
MOST_SECONDS = 0.02


class Precedence:
    """How many short requests are being answered. A thread that computes shares the interpreter with the event
    loop: beside the records of a push, where the processors were taken, a list of 30 ms took ten times that."""

    def __init__(self, most_seconds: float = MOST_SECONDS) -> None:
        self._answering = 0
        self._nobody_waits = asyncio.Event()
        self._nobody_waits.set()
        self._most_seconds = most_seconds

    @contextmanager
    def of_short_request(self) -> Iterator[None]:
        """Around the answering of a request that computes little."""
        self._answering += 1
        self._nobody_waits.clear()
        try:
            yield
        finally:
            self._answering -= 1
            if not self._answering:
                self._nobody_waits.set()

    async def let_others_go_first(self) -> None:
        """Before a piece of long computing: until nobody waits, or ``most_seconds`` are over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._most_seconds):
                await self._nobody_waits.wait()
