"""Keys come from identity, which nobody waits for long."""

import httpx
import pytest

from shared.auth.tokens import KeySource
from shared.errors.refusals import Unavailable


async def test_nobody_waits_long_for_the_keys() -> None:
    waits: list[float] = []

    def hangs(request: httpx.Request) -> httpx.Response:
        waits.extend(request.extensions["timeout"].values())
        raise httpx.ReadTimeout("no answer", request=request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(hangs), timeout=30) as http:
        with pytest.raises(Unavailable):
            await KeySource(http, "http://identity/.well-known/jwks.json").key_set("a")
    assert waits
    assert max(waits) <= 3
