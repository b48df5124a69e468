"""All SQL on signing keys."""

from collections.abc import Sequence
from datetime import datetime

import orjson

from services.identity_api.tokens.rules import SigningKey
from shared.db import Transaction


async def lock(tx: Transaction) -> None:
    """Until the transaction ends, nobody else makes or rotates keys."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtext('signing_key'))")


async def signing_keys(tx: Transaction) -> list[SigningKey]:
    rows = await tx.rows(
        "SELECT kid, wrapped, public_key, published_at, signs_from FROM signing_key ORDER BY published_at"
    )
    return [SigningKey(**row) for row in rows]


async def add(tx: Transaction, key: SigningKey) -> None:
    await tx.execute(
        "INSERT INTO signing_key (kid, wrapped, public_key, published_at, signs_from)"
        " VALUES (:kid, :wrapped, cast(:public_key as jsonb), :published_at, :signs_from)",
        {
            "kid": key.kid,
            "wrapped": key.wrapped,
            "public_key": orjson.dumps(key.public_key).decode(),
            "published_at": key.published_at,
            "signs_from": key.signs_from,
        },
    )


async def set_signs_from(tx: Transaction, kid: str, at: datetime) -> None:
    await tx.execute("UPDATE signing_key SET signs_from = :at WHERE kid = :kid", {"kid": kid, "at": at})


async def remove(tx: Transaction, kids: Sequence[str]) -> None:
    await tx.execute("DELETE FROM signing_key WHERE kid = ANY (cast(:kids as text[]))", {"kids": list(kids)})
