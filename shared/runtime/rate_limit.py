"""Requests a second and client, in one process."""

import time
from collections import OrderedDict

from shared.errors.refusals import TooManyRequests

#: Clients whose bucket is remembered; the longest idle one is forgotten first (it would be full).
REMEMBERED = 10_000


class RateLimit:
    """A token bucket for each client: ``rate`` a second, bursts of twice that. Refuses with 429."""

    def __init__(self, rate: float = 1000.0) -> None:
        self.rate = rate
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client_id: str) -> None:
        now = time.monotonic()
        left, at = self._buckets.pop(client_id, (2 * self.rate, now))
        left = min(2 * self.rate, left + (now - at) * self.rate)
        self._buckets[client_id] = (max(left - 1, 0), now)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        if left < 1:
            raise TooManyRequests(headers={"Retry-After": "1"})
