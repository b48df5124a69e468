"""Whether each service answers, asked when the page is."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import httpx

from services.console.settings import Address

TIMEOUT = httpx.Timeout(2.0)

State = Literal["ready", "unready", "silent"]


@dataclass(frozen=True, slots=True)
class ServiceState:
    """``unready``: it answers, but cannot work (no database, no partition ahead); ``silent``: no answer."""

    address: Address
    state: State


async def ask_all(http: httpx.AsyncClient, addresses: Sequence[Address]) -> list[ServiceState]:
    """All at once, so that one silent service costs the reader no more than the timeout."""
    return list(await asyncio.gather(*(_ask(http, address) for address in addresses)))


async def _ask(http: httpx.AsyncClient, address: Address) -> ServiceState:
    try:
        answer = await http.get(f"{address.inner}/readyz", timeout=TIMEOUT)
    except httpx.HTTPError:
        return ServiceState(address, "silent")
    return ServiceState(address, "ready" if answer.status_code == 200 else "unready")
