"""The signing keys of this installation: made at first need, the same for all processes, rotated
without downtime.
"""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime

from joserfc.jwk import ECKey, KeySet

from services.identity_api.tokens import repository, rules
from services.identity_api.tokens.rules import SigningKey
from shared.audit import record
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.runtime.context import ServiceContext

ALGORITHM = "ES256"

#: A process learns of a rotation this late at most: less than a key is published ahead.
RELOAD_SECONDS = 10.0


class SigningKeys:
    """What one process knows of the table ``signing_key``. Keys and tokens have real time."""

    def __init__(self, service: ServiceContext) -> None:
        self._service = service
        self._keys: list[SigningKey] = []
        self._private: dict[str, ECKey] = {}
        self._read_at = 0.0
        self._lock = asyncio.Lock()

    async def signer(self) -> tuple[str, ECKey]:
        """The id and the private key that sign now."""
        keys = await self._current()
        key = rules.signer(keys, datetime.now(UTC))
        if key is None:
            raise LookupError("no signing key signs now")
        if key.kid not in self._private:
            der = self._service.keys.unwrap(key.wrapped, _place(key.kid))
            self._private[key.kid] = ECKey.import_key(der)
        return key.kid, self._private[key.kid]

    async def published(self) -> dict[str, object]:
        """The JWKS: every key that a living token may have been signed with, or soon will be."""
        keys, now = await self._current(), datetime.now(UTC)
        return {"keys": [key.public_key for key in keys if not rules.is_dead(key, keys, now)]}

    async def key_set(self, kid: str | None) -> KeySet:
        """For the verifier of this service's own callers."""
        return KeySet.import_key_set(await self.published())  # type: ignore[arg-type]

    async def _current(self) -> list[SigningKey]:
        async with self._lock:
            if not self._keys or time.monotonic() - self._read_at > RELOAD_SECONDS:
                async with self._service.begin() as tx:
                    self._keys = await repository.signing_keys(tx)
                if not self._keys:
                    self._keys = await self._make_first()
                self._read_at = time.monotonic()
            return self._keys

    async def _make_first(self) -> list[SigningKey]:
        """In a transaction of its own: a key must be certain to stay before it signs anything."""
        async with self._service.begin() as tx:
            await repository.lock(tx)
            keys = await repository.signing_keys(tx)
            if not keys:
                now = datetime.now(UTC)
                keys = [new_key(self._service, now, signs_from=now), new_key(self._service, now)]
                for key in keys:
                    await repository.add(tx, key)
                    await record(tx, "signing_key.made", f"signing_key/{key.kid}")
            return keys


def new_key(service: ServiceContext, now: datetime, signs_from: datetime | None = None) -> SigningKey:
    kid = str(new_id())
    key = ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": ALGORITHM})
    wrapped = service.keys.wrap(key.as_der(private=True), _place(kid))
    return SigningKey(kid, wrapped, dict(key.as_dict(private=False)), now, signs_from)


async def rotate(service: ServiceContext) -> SigningKey:
    """Let the `next` key sign, publish a new `next` one, and forget the keys whose tokens are all dead.

    Returns the key with the instant from which it signs: now, or a few minutes on if it has only just been
    published. Running processes follow by themselves.
    """
    async with service.begin() as tx:
        await repository.lock(tx)
        keys, now = await repository.signing_keys(tx), datetime.now(UTC)
        following = next((key for key in keys if key.signs_from is None), None)
        if following is None:
            following = await _add(tx, service, now)
        begins = rules.starts_signing(following, now) if keys else now
        await repository.set_signs_from(tx, following.kid, begins)
        await _add(tx, service, now)
        await repository.remove(tx, [key.kid for key in keys if rules.is_dead(key, keys, now)])
        await record(tx, "signing_key.rotated", f"signing_key/{following.kid}", {"signs_from": begins})
    return replace(following, signs_from=begins)


async def _add(tx: Transaction, service: ServiceContext, now: datetime) -> SigningKey:
    key = new_key(service, now)
    await repository.add(tx, key)
    return key


def _place(kid: str) -> tuple[str, ...]:
    return ("identity", "signing_key", kid)
