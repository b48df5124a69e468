"""What one process of a service holds while it runs."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property
from typing import Protocol

import httpx

from shared.auth import Actor, Reach
from shared.auth.service_token import ServiceToken
from shared.auth.tokens import KeySource, TokenVerifier
from shared.clock import BusinessClock
from shared.db.database import ASIDE, Database, make_engine
from shared.db.transaction import Transaction
from shared.identifiers.regions import region_range
from shared.observability import request_id
from shared.runtime.companion import Companions
from shared.runtime.settings import MissingSetting, ServiceSettings
from shared.sealing import MatchKeys, read_kek
from shared.sealing.store import KeyStore
from shared.storage import Storage, open_storage


class Verifier(Protocol):
    """Whoever can say who calls."""

    async def caller(self, authorization: str | None): ...  # type: ignore[no-untyped-def]


class ServiceContext:
    """Database, clock, keys, and the way to the other services, for one process.

    Made once when the process starts; ``close`` ends it. Key files are read
    when the process starts, so that a wrong key stops it there.
    """

    def __init__(self, settings: ServiceSettings, clock: BusinessClock) -> None:
        self.settings = settings
        self.clock = clock
        self.companions = Companions()
        engine = make_engine(
            settings.database_url, schema=settings.schema, pool_size=settings.pool_size + ASIDE
        )
        self.database = Database(engine, settings.pool_size)
        kek = read_kek(settings.kek_file)
        self.keys = KeyStore(settings.service, kek, settings.seal_algorithm)
        self.match_keys = MatchKeys.read(settings.match_key_file, kek)
        self.http = httpx.AsyncClient(
            timeout=httpx.Timeout(30, connect=3), event_hooks={"request": [_pass_on_request_id]}
        )
        self.verifier: Verifier = TokenVerifier(
            KeySource(self.http, f"{settings.identity_url}/.well-known/jwks.json"), settings.issuer
        )
        self.token: ServiceToken | None = None
        if settings.client_id:
            self.token = ServiceToken(
                self.http,
                f"{settings.identity_url}/oauth/token",
                settings.client_id,
                settings.client_secret_file.read_text().strip(),
            )

    @property
    def own_token(self) -> ServiceToken:
        """What this process shows to the other services."""
        if self.token is None:
            raise MissingSetting("BIHUAN_SERVICE_CLIENT_ID is not set: this process cannot call the others")
        return self.token

    @cached_property
    def storage(self) -> Storage:
        """Where this service keeps files; ``StorageMisconfigured`` where no store is named."""
        return open_storage(self.settings.storage_url, os.environ)

    @property
    def actor(self) -> Actor:
        """The service itself, for what it does by rule."""
        return Actor(f"service:{self.settings.service}")

    @asynccontextmanager
    async def begin(self, county: str | None = None, *, aside: bool = False) -> AsyncIterator[Transaction]:
        """A transaction of the service's own, in one county; without one, in tables that hold no county's
        personal data (queues, keys, configuration). ``aside``: for what a transaction waits for in the middle."""
        ranges = (region_range(county),) if county else ()
        async with self.database.begin(self, Reach(county, ranges), self.actor, aside=aside) as tx:
            yield tx

    async def close(self) -> None:
        await self.companions.close()
        await self.http.aclose()
        await self.database.close()


async def _pass_on_request_id(request: httpx.Request) -> None:
    if current := request_id.get():
        request.headers["X-Request-Id"] = current
