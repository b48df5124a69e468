"""How bodies come in: no larger than is taken, and no slower than is waited for."""

import asyncio
import re
from collections.abc import AsyncIterator

from fastapi import Request

from shared.errors.refusals import BodyStalled, TooLarge

#: Nothing came for so long.
IDLE_SECONDS = 30.0
#: All the waiting for a body together: this long, and one second more for each so many bytes that came.
GRACE_SECONDS = 60.0
LEAST_BYTES_A_SECOND = 16 * 1024

#: Eighteen digits are more than any limit and fewer than Python refuses to read.
_LENGTH = re.compile(r"\d{1,18}", re.ASCII)


def declares_more(request: Request, limit: int) -> bool:
    """Whether the Content-Length, if there is one, is beyond ``limit`` or no length at all."""
    declared = request.headers.get("content-length", "0")
    return not _LENGTH.fullmatch(declared) or int(declared) > limit


async def paced(
    stream: AsyncIterator[bytes],
    *,
    idle_seconds: float = IDLE_SECONDS,
    grace_seconds: float = GRACE_SECONDS,
    least_rate: int = LEAST_BYTES_A_SECOND,
) -> AsyncIterator[bytes]:
    """``stream`` as it comes; ``BodyStalled`` (408) where it pauses or creeps. Only waiting counts, so that what
    the reader does between two pieces takes nothing from the sender's time."""
    loop = asyncio.get_running_loop()
    chunks = aiter(stream)
    came, waited = 0, 0.0
    while True:
        left = grace_seconds + came / least_rate - waited
        began = loop.time()
        try:
            async with asyncio.timeout(min(idle_seconds, left)):
                chunk = await anext(chunks, None)
        except TimeoutError:
            raise BodyStalled(headers={"Connection": "close"}) from None
        if chunk is None:
            return
        waited += loop.time() - began
        came += len(chunk)
        yield chunk


async def whole_body(request: Request, limit: int) -> bytes:
    """The body in memory. Raises ``TooLarge`` as soon as it is beyond ``limit``, ``BodyStalled``."""
    if declares_more(request, limit):
        raise TooLarge()
    body = bytearray()
    async for chunk in paced(request.stream()):
        body += chunk
        if len(body) > limit:
            raise TooLarge()
    return bytes(body)
