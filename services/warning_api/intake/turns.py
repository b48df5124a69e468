"""Who may file now: a department one batch at a time, a large batch alone, and all of them never more than a few.

Everything is received before; while a batch waits for its turn it holds no connection and no transaction.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from shared.errors import Unavailable
from shared.tables.decoding import MEBIBYTE

#: Batches filed at once in one process; the pool keeps connections for others.
AT_ONCE = 3

#: A batch of more bytes is large.
LARGE_BYTES = MEBIBYTE

#: Of these, large batches. One keeps a processor busy with preparing and PostgreSQL with filing, so
#: that a second beside it makes neither of them faster, but every list slower.
LARGE_AT_ONCE = 1

#: How long a batch waits for its turn: the last of ten departments that push at once has its turn within it.
PATIENCE_SECONDS = 120.0

RETRY_AFTER = {"Retry-After": "30"}


class FilingTurns:
    """Turns for the batches of one process, given in the order of asking."""

    def __init__(
        self,
        at_once: int = AT_ONCE,
        patience_seconds: float = PATIENCE_SECONDS,
        large_at_once: int = LARGE_AT_ONCE,
    ) -> None:
        self._all = asyncio.Semaphore(at_once)
        self._large = asyncio.Semaphore(large_at_once)
        self._departments: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)
        self._patience = patience_seconds

    @asynccontextmanager
    async def turn(self, county: str, org: str, size: int) -> AsyncIterator[None]:
        """Hold a turn for a batch of ``size`` decoded bytes for the length of the block.

        Raises ``Unavailable`` (503) when none comes in time.
        """
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(self._patience):
                    await held.enter_async_context(self._departments[county, org])
                    if size > LARGE_BYTES:
                        await held.enter_async_context(self._large)
                    await held.enter_async_context(self._all)
            except TimeoutError as error:
                raise Unavailable(
                    "同时推送的批次过多，请稍后重试",
                    "Too many batches at once: try again",
                    headers=RETRY_AFTER,
                ) from error
            yield
