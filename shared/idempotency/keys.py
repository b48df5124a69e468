"""The first answer to a key is kept in the transaction that did the work.

A lock for the length of the transaction tells "still running" (409) from "done": a process that dies leaves
neither lock nor row, so a retry does the work, once.
"""

import hashlib
from dataclasses import dataclass

import orjson
from fastapi import Response
from sqlalchemy import Column, LargeBinary, MetaData, SmallInteger, Table, Text

from shared.db.transaction import Transaction
from shared.db.types import county_code, document, instant, sealed
from shared.errors import Conflict, Unprocessable

MAX_KEY_LENGTH = 200

#: Headers of an answer that are part of it.
KEPT_HEADERS = ("content-type", "etag", "location")

#: Stands for the county in the keys of calls that span several.
NO_COUNTY = "000000"


class KeyReused(Unprocessable):
    code = "idempotency_key_reused"
    title, title_en = "该幂等键已用于另一请求", "This idempotency key was used with another request"


class KeyInUse(Conflict):
    code = "idempotency_key_in_use"
    title, title_en = "同一请求正在处理，请稍候", "The same request is still running"


def idempotency_key_table(metadata: MetaData) -> Table:
    return Table(
        "idempotency_key",
        metadata,
        county_code(primary_key=True),
        Column("client_id", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("digest", LargeBinary, nullable=False),
        Column("status", SmallInteger, nullable=False),
        document("headers"),
        sealed(),
        instant("created_at"),
    )


@dataclass(frozen=True)
class Claim:
    """A key with the request it stands for; ``target`` is method, path and query, ``body`` all of the body, or the
    SHA-256 of one that came as a stream."""

    key: str
    target: str
    body: bytes

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.target.encode() + b"\0" + self.body).digest()


class Replayed(Exception):
    """No error: the work was done before, and the request ends with its first answer."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


async def claim(tx: Transaction, request: Claim) -> Response | None:
    """The answer given before, or None: then the work is ours, until this transaction ends."""
    if not 0 < len(request.key) <= MAX_KEY_LENGTH:
        raise Unprocessable(f"Idempotency-Key 应为 1 到 {MAX_KEY_LENGTH} 个字符", "Bad Idempotency-Key")
    free = await tx.scalar(
        "SELECT pg_try_advisory_xact_lock(hashtext(:client), hashtext(:key))",
        {"client": tx.actor.client_id, "key": request.key},
    )
    if not free:
        raise KeyInUse(headers={"Retry-After": "1"})
    row = await tx.row(
        "SELECT digest, status, headers, sealed FROM idempotency_key"
        " WHERE county_code = :county AND client_id = :client AND key = :key",
        {"county": tx.reach.county or NO_COUNTY, "client": tx.actor.client_id, "key": request.key},
    )
    if row is None:
        return None
    if row["digest"] != request.digest:
        raise KeyReused()
    sealer = await tx.service.keys.sealer(tx.service, tx.reach.county or NO_COUNTY)
    (body,) = sealer.open_many(
        "idempotency_key", "sealed", tx.reach.county or NO_COUNTY, [(request.digest[:16], row["sealed"])]
    )
    return Response(body, row["status"], {**row["headers"], "Idempotent-Replayed": "true"})


async def remember(
    tx: Transaction, request: Claim, response: Response, replayed: bytes | None = None
) -> None:
    """Keep the answer, with the work; or ``replayed`` in its stead, where a secret is shown only once."""
    county = tx.reach.county or NO_COUNTY
    body = bytes(response.body) if replayed is None else replayed
    sealer = await tx.service.keys.sealer(tx.service, county)
    # An answer may name people, so it is sealed like everything that does.
    (kept,) = sealer.seal_many("idempotency_key", "sealed", county, [(request.digest[:16], body)])
    await tx.execute(
        "INSERT INTO idempotency_key (county_code, client_id, key, digest, status, headers, sealed, created_at)"
        " VALUES (:county, :client, :key, :digest, :status, cast(:headers as jsonb), :sealed, :now)",
        {
            "county": county,
            "client": tx.actor.client_id,
            "key": request.key,
            "digest": request.digest,
            "status": response.status_code,
            "headers": orjson.dumps(
                {k: v for k, v in response.headers.items() if k in KEPT_HEADERS}
            ).decode(),
            "sealed": kept,
            "now": tx.now,
        },
    )
