"""The data keys of one service in its table ``data_key``: read at start, made when a county needs its first."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text

from shared.db.types import county_code, instant
from shared.sealing.ciphers import SealAlgorithm
from shared.sealing.data_keys import PURPOSES, WrappedKey, unwrap_bytes, wrap_bytes
from shared.sealing.keyring import Keyring
from shared.sealing.sealer import KeyringSealer, Sealer

if TYPE_CHECKING:
    from shared.runtime.context import ServiceContext

SELECT_KEYS = """
SELECT county_code, key_id, purpose, algorithm, wrapped, created_at, retired_at
FROM data_key WHERE county_code = :county"""

INSERT_KEY = """
INSERT INTO data_key (county_code, purpose, key_id, algorithm, wrapped, created_at)
VALUES (:county_code, :purpose, :key_id, :algorithm, :wrapped, :created_at)"""


def data_key_table(metadata: MetaData) -> Table:
    return Table(
        "data_key",
        metadata,
        county_code(primary_key=True),
        Column("purpose", Text, primary_key=True),
        Column("key_id", Integer, primary_key=True),
        Column("algorithm", Text, nullable=False),
        Column("wrapped", LargeBinary, nullable=False),
        instant("created_at"),
        instant("retired_at", nullable=True),
    )


class KeyStore:
    """Fills ``keyring`` from the table. Keys have real time, not that of the business clock."""

    def __init__(self, service: str, kek: bytes, seal_algorithm: str) -> None:
        self._kek = kek
        self.keyring = Keyring(service, kek)
        self._sealer = KeyringSealer(self.keyring)
        self._seal_algorithm = cast("SealAlgorithm", seal_algorithm)

    async def sealer(self, service: "ServiceContext", county: str) -> Sealer:
        """A sealer that has the keys of a county; makes those that are missing.

        In a transaction of its own: a key must be certain to stay before anything is sealed with it. Two
        processes that need the first key at once agree on one: an advisory lock orders them.
        """
        if self._complete(county):
            return self._sealer
        async with service.begin(aside=True) as tx:
            await tx.execute(
                "SELECT pg_advisory_xact_lock(hashtext('data_key ' || :county))", {"county": county}
            )
            rows = [WrappedKey(**row) for row in await tx.rows(SELECT_KEYS, {"county": county})]
            kept = Keyring(self.keyring.service, self._kek, rows)
            for purpose in PURPOSES:
                if not kept.has(county, purpose):
                    row = kept.next_row(county, purpose, datetime.now(UTC), self._seal_algorithm)
                    await tx.execute(INSERT_KEY, asdict(row))
                    rows.append(row)
        for row in rows:
            self.keyring.add(row)
        return self._sealer

    def wrap(self, secret: bytes, place: tuple[str, ...]) -> bytes:
        """A secret of the service that is no data key (a signing key), under the key-encryption key."""
        return wrap_bytes(self._kek, secret, place)

    def unwrap(self, wrapped: bytes, place: tuple[str, ...]) -> bytes:
        """What ``wrap`` wrapped for the same place; else ``KeyUnwrapRefused``."""
        return unwrap_bytes(self._kek, wrapped, place)

    def _complete(self, county: str) -> bool:
        return all(self.keyring.has(county, purpose) for purpose in PURPOSES)
