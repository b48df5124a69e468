"""The clients of our own services towards each other, with the secrets that their home holds."""

from datetime import UTC, datetime

import asyncpg

from bihuan.launcher.home import Home
from shared.auth import SERVICE_SCOPES
from shared.auth.client_secrets import digest_of

ROLE = "service"


def secret_name(client_id: str) -> str:
    """The name of the secret of `service:warning_api` in the home."""
    return f"client-{client_id.removeprefix('service:')}"


async def ensure_service_clients(owner_url: str, home: Home) -> None:
    """Each service has its client, with the home's secret and this version's scopes; safe to run again."""
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            for client_id, scopes in SERVICE_SCOPES.items():
                digest = digest_of(home.secret(secret_name(client_id)))
                await connection.execute(
                    "INSERT INTO identity.client AS c"
                    " (client_id, name, secret_digest, scopes, version, created_by, created_at)"
                    " VALUES ($1, $1, $2, $3, 1, 'up', $4)"
                    " ON CONFLICT (client_id) DO UPDATE"
                    " SET secret_digest = $2, scopes = $3, version = c.version + 1"
                    " WHERE c.secret_digest <> $2 OR c.scopes <> $3",
                    client_id,
                    digest,
                    list(scopes),
                    datetime.now(UTC),
                )
                # No region: a service acts for every county.
                await connection.execute(
                    "INSERT INTO identity.client_grant (client_id, role, org, region)"
                    " VALUES ($1, $2, '', '') ON CONFLICT DO NOTHING",
                    client_id,
                    ROLE,
                )
    finally:
        await connection.close()
