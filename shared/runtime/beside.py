"""Computing in a thread while the database is at work for the same request."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

Result = TypeVar("Result")


@asynccontextmanager
async def beside(compute: Callable[[], Result]) -> AsyncIterator["asyncio.Task[Result]"]:
    """``compute`` runs in a thread beside the block; after it, whatever ended it, the task is done."""
    computing = asyncio.create_task(asyncio.to_thread(compute))
    try:
        yield computing
    finally:
        await asyncio.wait([computing])
    computing.result()  # Raises what went wrong there, unless the block has raised before.
