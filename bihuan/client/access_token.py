"""The access token of one client: fetched when first needed, renewed before it expires."""

import threading
import time
from collections.abc import Callable
from typing import Any

#: Of a token's life. The rest is for the request that is under way, and for clocks that differ.
USED_SHARE = 0.8


class AccessToken:
    """`fetch` asks identity and gives `{access_token, expires_in}`. Several threads may share it."""

    def __init__(self, fetch: Callable[[], dict[str, Any]]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._token = ""
        self._until = 0.0

    def get(self, refused: str | None = None) -> str:
        """The token; another one where it is the `refused` one."""
        with self._lock:
            if time.monotonic() >= self._until or self._token == refused:
                answer = self._fetch()
                self._token = str(answer["access_token"])
                self._until = time.monotonic() + USED_SHARE * float(answer["expires_in"])
            return self._token
