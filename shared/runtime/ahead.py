"""Producing the next thing while somebody is at work on the last one."""

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator
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


async def in_threads(
    items: Generator[Item, None, None], exhausted: Callable[[], None] | None = None
) -> AsyncGenerator[Item, None]:
    """What ``items`` yields, each made in a thread, one ahead of the consumer; closed at the end. ``exhausted`` is
    called once the last is made, whatever the consumer is still at."""
    steps = _Steps(items)

    async def made_next() -> Any:
        item = await asyncio.to_thread(steps.next)
        if item is OVER and exhausted is not None:
            exhausted()
        return item

    try:
        async with aclosing(one_ahead(made_next)) as made:
            async for item in made:
                yield item
    finally:
        await asyncio.to_thread(steps.close)


class _Steps:
    """A generator that threads take turns with."""

    def __init__(self, items: Generator[Any, None, None]) -> None:
        self._items = items
        self._turn = threading.Lock()

    def next(self) -> Any:
        with self._turn:
            return next(self._items, OVER)

    def close(self) -> None:
        with self._turn:
            self._items.close()
