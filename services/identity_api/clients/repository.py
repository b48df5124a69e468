"""All SQL on clients. What an administrator sees is narrowed to the call's ranges of regions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import RowMapping

from shared.auth import Grant
from shared.db import Transaction

_COLUMNS = """
c.client_id, c.name, c.secret_digest, c.scopes, c.version, c.created_by, c.created_at, c.rotated_at,
(SELECT array_agg(ARRAY[g.role, g.org, g.region] ORDER BY g.region, g.role, g.org)
 FROM client_grant g WHERE g.client_id = c.client_id) AS grants"""

#: All of a client's grants lie in reach; one whose grants reach further belongs to an administrator above.
_IN_REACH = """
c.ended_at IS NULL AND NOT EXISTS (
    SELECT FROM client_grant g WHERE g.client_id = c.client_id AND NOT EXISTS (
        SELECT FROM unnest(cast(:starts as text[]), cast(:ends as text[])) AS r (first, past)
        WHERE g.region >= r.first COLLATE "C" AND g.region < r.past COLLATE "C"))"""


@dataclass(frozen=True, slots=True)
class ClientRow:
    client_id: str
    name: str
    secret_digest: bytes
    scopes: tuple[str, ...]
    grants: tuple[Grant, ...]
    version: int
    created_by: str
    created_at: datetime
    rotated_at: datetime | None


def _client(row: RowMapping) -> ClientRow:
    grants = tuple(Grant(*grant) for grant in row["grants"])
    return ClientRow(**{**row, "scopes": tuple(row["scopes"]), "grants": grants})


def _reach(tx: Transaction) -> dict[str, list[str]]:
    return {"starts": [start for start, _ in tx.reach.ranges], "ends": [end for _, end in tx.reach.ranges]}


async def by_id(tx: Transaction, client_id: str) -> ClientRow | None:
    """For the token endpoint: any client that has not ended."""
    row = await tx.row(
        f"SELECT {_COLUMNS} FROM client c WHERE c.client_id = :id AND c.ended_at IS NULL", {"id": client_id}
    )
    return None if row is None else _client(row)


async def in_reach(tx: Transaction, client_id: str, *, lock: bool = False) -> ClientRow | None:
    row = await tx.row(
        f"SELECT {_COLUMNS} FROM client c WHERE c.client_id = :id AND {_IN_REACH}"
        + (" FOR UPDATE OF c" if lock else ""),
        {"id": client_id, **_reach(tx)},
    )
    return None if row is None else _client(row)


async def list_in_reach(tx: Transaction, after: str | None, limit: int) -> Sequence[ClientRow]:
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM client c WHERE {_IN_REACH}"
        " AND (cast(:after as text) IS NULL OR c.client_id > :after) ORDER BY c.client_id LIMIT :limit",
        {"after": after, "limit": limit, **_reach(tx)},
    )
    return [_client(row) for row in rows]


async def add(tx: Transaction, client: ClientRow) -> None:
    await tx.execute(
        "INSERT INTO client (client_id, name, secret_digest, scopes, version, created_by, created_at)"
        " VALUES (:client_id, :name, :digest, cast(:scopes as text[]), :version, :created_by, :created_at)",
        {
            "client_id": client.client_id,
            "name": client.name,
            "digest": client.secret_digest,
            "scopes": list(client.scopes),
            "version": client.version,
            "created_by": client.created_by,
            "created_at": client.created_at,
        },
    )
    await tx.execute(
        "INSERT INTO client_grant (client_id, role, org, region) VALUES (:client_id, :role, :org, :region)",
        [
            {"client_id": client.client_id, "role": grant.role, "org": grant.org, "region": grant.region}
            for grant in client.grants
        ],
    )


async def set_secret(tx: Transaction, client_id: str, digest: bytes, at: datetime) -> None:
    await tx.execute(
        "UPDATE client SET secret_digest = :digest, rotated_at = :at, version = version + 1"
        " WHERE client_id = :id",
        {"id": client_id, "digest": digest, "at": at},
    )


async def end(tx: Transaction, client_id: str, at: datetime) -> None:
    await tx.execute("UPDATE client SET ended_at = :at WHERE client_id = :id", {"id": client_id, "at": at})
