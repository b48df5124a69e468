"""Whoever asked first gets a connection first."""

import asyncio

from shared.errors import Unavailable

#: How long a request waits for a connection before it is told to come again.
PATIENCE_SECONDS = 10.0


class Turns:
    """As many turns as the pool has connections, given in the order of asking.

    The pool hands a connection that comes free to whoever asks at that moment; under steady load those who
    were waiting already wait until it is over.
    """

    def __init__(self, connections: int, patience_seconds: float | None = None) -> None:
        self._free = asyncio.Semaphore(connections)
        self._patience = patience_seconds

    async def take(self) -> None:
        """Raises ``Unavailable`` (503) when no turn comes in time."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS if self._patience is None else self._patience):
                await self._free.acquire()
        except TimeoutError as error:
            raise Unavailable(headers={"Retry-After": "1"}) from error

    def give_back(self) -> None:
        self._free.release()
