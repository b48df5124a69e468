"""Producing the next thing while somebody is at work on the last one."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, Final

#: What a producer gives when there is no more.
OVER: Final = object()


async def one_ahead(produce: Callable[[], Awaitable[Any]]) -> AsyncGenerator[Any, None]:
    """What ``produce`` gives until ``OVER``, one thing ahead of the consumer. Whatever ends it, nothing is being
    produced any more."""
    upcoming = asyncio.ensure_future(produce())
    try:
        while (item := await upcoming) is not OVER:
            upcoming = asyncio.ensure_future(produce())
            yield item
    finally:
        upcoming.cancel()
        await asyncio.gather(upcoming, return_exceptions=True)
