"""identity_api on a fresh database, with clients as ``county add`` makes them."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import httpx
import pytest_asyncio

from services.identity_api.app import create_app
from shared.auth import ROLE_SCOPES, Grant
from shared.auth.client_secrets import digest_of, new_secret
from shared.runtime.context import ServiceContext
from shared.testing.databases import TestDatabase
from shared.testing.services import start_service
from tests.factories.clock import INSIDE_THE_WINDOW


@dataclass
class Identity:
    """The running service, and the ways of its callers."""

    context: ServiceContext
    http: httpx.AsyncClient
    database: TestDatabase

    async def add_client(self, client_id: str, grants: Sequence[Grant], scopes: Sequence[str] = ()) -> str:
        """A client in the database; without ``scopes``, with those of its first role. Gives its secret."""
        secret = new_secret()
        connection = await self.database.connect()
        await connection.execute(
            "INSERT INTO identity.client"
            " (client_id, name, secret_digest, scopes, version, created_by, created_at)"
            " VALUES ($1, $1, $2, $3, 1, 'test', now())",
            client_id,
            digest_of(secret),
            list(scopes or ROLE_SCOPES[grants[0].role]),
        )
        await connection.executemany(
            "INSERT INTO identity.client_grant VALUES ($1, $2, $3, $4)",
            [(client_id, grant.role, grant.org, grant.region) for grant in grants],
        )
        await connection.close()
        return secret

    async def ask(self, client_id: str, secret: str, **more: str) -> httpx.Response:
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret, **more}
        return await self.http.post("/oauth/token", data=form)

    async def administrator(self, region: str = "231226") -> httpx.AsyncClient:
        """A secadmin of the region, with a token of its own."""
        client_id = f"{region}-secadmin"
        secret = await self.add_client(client_id, [Grant("secadmin", "AQ", region)])
        answer = await self.ask(client_id, secret)
        return httpx.AsyncClient(
            transport=self.http._transport,
            base_url="http://identity",
            headers={"Authorization": f"Bearer {answer.json()['access_token']}"},
        )


@pytest_asyncio.fixture
async def identity(database: TestDatabase) -> AsyncIterator[Identity]:
    """A process of its own for each test, on the file's database without clients and keys."""
    connection = await database.connect()
    await connection.execute(
        "TRUNCATE identity.client, identity.client_grant, identity.signing_key, identity.audit_entry,"
        " identity.idempotency_key"
    )
    await connection.close()
    context = start_service("identity_api", database, lambda _: None, INSIDE_THE_WINDOW).context
    transport = httpx.ASGITransport(create_app(context), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://identity") as http:
        yield Identity(context, http, database)
    await context.close()
