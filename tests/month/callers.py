"""A caller who goes on asking: services die and come back, answers get lost on the way."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from tests.e2e.contract_client import Caller
from tests.factories.system import System

GIVE_UP_SECONDS: Final = 180.0
LOST: Final = (0.01, 0.3)
#: What a caller sends again: the service is away, or is busy and says for how long. Also what is still being done
#: under the same key.
AGAIN: Final = (429, 502, 503, 504)


@dataclass
class PatientCaller(Caller):
    """Signs in by itself and repeats what was not answered. One answer in twenty is lost on the way: the caller hangs
    up while the service is at work, and sends the same again."""

    system: System | None = None
    chance: random.Random = field(default_factory=random.Random)
    lost: int = 0

    async def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        give_up = asyncio.get_running_loop().time() + GIVE_UP_SECONDS
        assert self.system is not None
        while True:
            try:
                if not self.token:
                    await self.sign_in(self.system.identity)
                sent = super().request(method, url, **options)
                if self.chance.random() < 0.05:
                    answer = await asyncio.wait_for(sent, self.chance.uniform(*LOST))
                else:
                    answer = await sent
                if answer.status_code == 401:
                    self.token = ""
                elif answer.status_code not in AGAIN and "idempotency_key_in_use" not in answer.text:
                    return answer
            except TimeoutError:
                self.lost += 1
            except (httpx.TransportError, AssertionError) as error:
                if asyncio.get_running_loop().time() > give_up:
                    raise AssertionError(f"{method} {url} was not answered") from error
            await asyncio.sleep(self.chance.uniform(0.1, 0.5))

    async def walk(self, url: str, **params: Any) -> tuple[list[dict[str, Any]], str | None]:
        """All items of a list, and the ``updated_until`` of its first page."""
        found: list[dict[str, Any]] = []
        until: str | None = None
        cursor: str | None = None
        while True:
            page = await self.get(url, **{"limit": 500, **params}, **({"cursor": cursor} if cursor else {}))
            until = until or page.get("updated_until")
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found, until

    async def items(self, url: str, **params: Any) -> AsyncIterator[dict[str, Any]]:
        found, _ = await self.walk(url, **params)
        for item in found:
            yield item
