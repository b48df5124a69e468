"""Producing the next thing while somebody is at work on the last one."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any, Final, TypeVar

Item = TypeVar("Item")

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


@asynccontextmanager
async def begun(items: AsyncGenerator[Item, None]) -> AsyncIterator[AsyncIterator[Item]]:
    """``items``, the first of them on its way before anybody asks for it; closed after the block."""
    async with aclosing(items):
        first = asyncio.ensure_future(anext(items, OVER))
        try:
            async with aclosing(_from(first, items)) as all_items:
                yield all_items
        finally:
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)


async def _from(first: Awaitable[Any], items: AsyncIterator[Item]) -> AsyncGenerator[Item, None]:
    item = await first
    if item is not OVER:
        yield item
        async for further in items:
            yield further
