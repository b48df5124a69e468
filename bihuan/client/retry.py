"""How long a caller goes on trying."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

#: The service did not begin with it.
NOT_STARTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

#: A request that is itself wrong, or an address nobody can call: trying again changes nothing.
POINTLESS = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)

BUSY = {429, 503}
BAD_GATEWAY = 502


@dataclass(frozen=True, slots=True)
class Patience:
    """`attempts` in all, with a delay in seconds that doubles from `first` up to `longest`.

    A service that asks (Retry-After) for more than `longest_asked` is not waited for. By default a push outlasts a
    queue of departments, whose last are told to come again in half a minute.
    """

    attempts: int = 8
    first: float = 0.2
    longest: float = 10.0
    longest_asked: float = 60.0

    def delays(self) -> Iterator[float | None]:
        """The delay after each attempt, None after the last. Scattered: callers shall not come in step."""
        for attempt in range(self.attempts - 1):
            yield min(self.longest, self.first * 2**attempt) * random.uniform(0.5, 1.0)
        yield None

    def wait_for(self, response: httpx.Response, delay: float, *, repeatable: bool) -> float | None:
        """Seconds to wait before the request is sent again; None where the answer stands."""
        busy = response.status_code in BUSY or _first_is_running(response)
        if not busy and not (response.status_code == BAD_GATEWAY and repeatable):
            return None
        asked = response.headers.get("Retry-After", "")
        if not asked.isdigit():
            return delay
        return float(asked) if float(asked) <= self.longest_asked else None


def _first_is_running(response: httpx.Response) -> bool:
    """The service is still at work on an earlier sending of this request."""
    return response.status_code == 409 and b'"idempotency_key_in_use"' in response.content
