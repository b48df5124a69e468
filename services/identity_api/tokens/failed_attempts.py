"""Slows down whoever tries secrets: failures of one client from one address, in one process."""

import math
import time
from collections import OrderedDict

from services.identity_api.tokens.errors import TooManyFailures

#: Failures in one window before further requests are refused unread.
ALLOWED = 20
WINDOW_SECONDS = 60.0
#: Pairs that are remembered; the one that failed longest ago is forgotten first.
REMEMBERED = 10_000


class FailedAttempts:
    """By client and address: others who use the same client id from elsewhere are not shut out."""

    def __init__(self) -> None:
        self._windows: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()

    def check(self, client_id: str, address: str) -> None:
        """Raises ``TooManyFailures`` until the window of the failures has passed."""
        began, failures = self._windows.get((client_id, address), (0.0, 0))
        left = began + WINDOW_SECONDS - time.monotonic()
        if failures >= ALLOWED and left > 0:
            raise TooManyFailures(retry_after=math.ceil(left))

    def count(self, client_id: str, address: str) -> None:
        now = time.monotonic()
        began, failures = self._windows.pop((client_id, address), (now, 0))
        if now - began > WINDOW_SECONDS:
            began, failures = now, 0
        self._windows[client_id, address] = (began, failures + 1)
        if len(self._windows) > REMEMBERED:
            self._windows.popitem(last=False)
