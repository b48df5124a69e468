"""The data keys of one service, unwrapped, by county, purpose and version."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .ciphers import SealAlgorithm
from .data_keys import KeyAlgorithm, Purpose, WrappedKey, new_wrapped_key, unwrap
from .errors import UnknownKey


@dataclass(frozen=True, slots=True, repr=False)
class DataKey:
    """An unwrapped key. It has no `repr`, so that it cannot be logged by accident."""

    key_id: int
    algorithm: KeyAlgorithm
    secret: bytes
    retired: bool


class Keyring:
    """Every version of every key of one service. The newest not retired is current; old ones still open.

    All rows are unwrapped at once, so a wrong key-encryption key stops a service when it starts and not at
    the first household it reads.
    """

    def __init__(self, service: str, kek: bytes, rows: Iterable[WrappedKey] = ()) -> None:
        self.service = service
        self._kek = kek
        self._keys: dict[tuple[str, Purpose], dict[int, DataKey]] = {}
        for row in rows:
            self.add(row)

    def add(self, row: WrappedKey) -> None:
        """Take in a row that is new, or newly retired; `KeyUnwrapRefused` if it does not open."""
        key = DataKey(
            row.key_id, row.algorithm, unwrap(self._kek, self.service, row), row.retired_at is not None
        )
        self._keys.setdefault((row.county_code, row.purpose), {})[row.key_id] = key

    def has(self, county_code: str, purpose: Purpose) -> bool:
        """Whether there is a current key."""
        return any(not key.retired for key in self._versions(county_code, purpose).values())

    def current(self, county_code: str, purpose: Purpose) -> DataKey:
        versions = self._versions(county_code, purpose)
        in_use = [key_id for key_id, key in versions.items() if not key.retired]
        if not in_use:
            raise UnknownKey(f"{self.service} 没有 {county_code} 的有效 {purpose} 密钥")
        return versions[max(in_use)]

    def version(self, county_code: str, purpose: Purpose, key_id: int) -> DataKey:
        key = self._versions(county_code, purpose).get(key_id)
        if key is None:
            raise UnknownKey(f"{self.service} 没有 {county_code} 编号为 {key_id} 的 {purpose} 密钥")
        return key

    def key_ids(self, county_code: str, purpose: Purpose) -> list[int]:
        """Every version, oldest first: under all of these a stored index may have been made."""
        return sorted(self._versions(county_code, purpose))

    def next_row(
        self,
        county_code: str,
        purpose: Purpose,
        created_at: datetime,
        seal_algorithm: SealAlgorithm = "sm4-gcm",
    ) -> WrappedKey:
        """A first or next version to store and then `add`; it is current from then on (rotation)."""
        return new_wrapped_key(
            self._kek,
            service=self.service,
            county_code=county_code,
            purpose=purpose,
            key_id=max(self._versions(county_code, purpose), default=0) + 1,
            created_at=created_at,
            seal_algorithm=seal_algorithm,
        )

    def narrowed(self, county_code: str) -> "Keyring":
        """The keys of one county without the key-encryption key, as another process may have them."""
        narrowed = Keyring(self.service, b"")
        narrowed._keys = {
            place: versions for place, versions in self._keys.items() if place[0] == county_code
        }
        return narrowed

    def _versions(self, county_code: str, purpose: Purpose) -> dict[int, DataKey]:
        return self._keys.get((county_code, purpose), {})
