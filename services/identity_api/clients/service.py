"""Administration of clients by the security administrator (policy.md, Who takes part). Every act is audited.

Secrets, and what is written about them, have real time.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from services.identity_api.clients import repository
from services.identity_api.clients.errors import OwnClient
from services.identity_api.clients.repository import ClientRow
from services.identity_api.clients.rules import check_grants, scopes_for
from services.identity_api.clients.schemas import NewClient
from shared.audit import record
from shared.auth.client_secrets import digest_of, is_secret, new_secret
from shared.db import Transaction
from shared.errors import NotFound


async def create_client(tx: Transaction, new: NewClient) -> tuple[ClientRow, str]:
    """The client and its secret, which is nowhere else. Raises ``GrantNotAllowed``."""
    grants = tuple(dict.fromkeys(each.grant() for each in new.grants))
    check_grants(grants, tx.reach)
    secret = new_secret()
    client = ClientRow(
        client_id=f"{grants[0].region}-{grants[0].role}-{secrets.token_hex(4)}",
        name=new.name,
        secret_digest=digest_of(secret),
        scopes=tuple(scopes_for((grant.role for grant in grants), new.scopes)),
        grants=grants,
        version=1,
        created_by=str(tx.actor),
        created_at=datetime.now(UTC),
        rotated_at=None,
    )
    await repository.add(tx, client)
    detail = {"grants": [f"{g.role}/{g.org}/{g.region}" for g in grants], "scopes": list(client.scopes)}
    await record(tx, "client.created", f"client/{client.client_id}", detail)
    return client, secret


async def authenticated(tx: Transaction, client_id: str, secret: str) -> ClientRow | None:
    """The client whose secret this is; as long in coming for an unknown client as for a wrong secret."""
    found = await repository.by_id(tx, client_id)
    known = is_secret(secret, found.secret_digest if found else None)
    return found if known else None


async def client(tx: Transaction, client_id: str, *, lock: bool = False) -> ClientRow:
    """Raises ``NotFound`` also for a client with a grant outside the caller's own."""
    found = await repository.in_reach(tx, client_id, lock=lock)
    if found is None:
        raise NotFound()
    return found


async def clients(tx: Transaction, after: str | None, limit: int) -> Sequence[ClientRow]:
    return await repository.list_in_reach(tx, after, limit)


async def rotate_secret(tx: Transaction, client_id: str) -> tuple[ClientRow, str]:
    """A new secret; the old one is refused from now on. Tokens that it got live on until they expire."""
    found = await client(tx, client_id, lock=True)
    secret, now = new_secret(), datetime.now(UTC)
    await repository.set_secret(tx, client_id, digest_of(secret), now)
    await record(tx, "client.secret_rotated", f"client/{client_id}")
    return replace(found, version=found.version + 1, rotated_at=now), secret


async def delete_client(tx: Transaction, client_id: str) -> None:
    """The client gets no token any more. Raises ``OwnClient``: an administrator would lock the county out."""
    await client(tx, client_id, lock=True)
    if client_id == tx.actor.client_id:
        raise OwnClient()
    await repository.end(tx, client_id, datetime.now(UTC))
    await record(tx, "client.deleted", f"client/{client_id}")
