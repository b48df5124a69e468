"""Sealing, opening and indexing personal data, a list at a time.

A sealed value is: format and algorithm (1 byte), key id (4, big-endian), nonce (12), ciphertext, tag (16).
Bound to it as associated data are the format, the service, table, column, county, key id and row id, so that
a ciphertext opens only in the place it was sealed for. Nonces are 96 random bits: one data key may seal 2^32
values (NIST SP 800-38D, 8.3); rotate before.
"""

import os
from collections.abc import Sequence
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag

from .blind_index import IndexKey
from .ciphers import AEADS, FORMATS, NONCE_BYTES, TAG_BYTES, Aead
from .data_keys import encode_place
from .errors import OpenRefused
from .keyring import Keyring

ROW_ID_BYTES: Final = 16
HEADER_BYTES: Final = 5
OVERHEAD_BYTES: Final = HEADER_BYTES + NONCE_BYTES + TAG_BYTES
"""By how much a sealed value is longer than its plaintext."""


class Sealer(Protocol):
    """What the services ask of the holder of their keys; a hardware module can stand behind it.

    Every list keeps its order. `rows` are (row id of 16 bytes, value). All raise `UnknownKey` where the
    county has no such key.
    """

    def seal_many(
        self, table: str, column: str, county_code: str, rows: Sequence[tuple[bytes, bytes]]
    ) -> list[bytes]: ...

    def open_many(
        self, table: str, column: str, county_code: str, rows: Sequence[tuple[bytes, bytes]]
    ) -> list[bytes]:
        """The plaintexts, after all tags were checked; `OpenRefused` if one fails, and none is released."""
        ...

    def mac_many(self, county_code: str, values: Sequence[bytes], key_id: int | None = None) -> list[bytes]:
        """The blind index, 32 bytes each, under the county's current index key or the one named."""
        ...

    def index_key_ids(self, county_code: str) -> list[int]:
        """Every version of the index key, the current one last: a lookup tries them all during a rotation."""
        ...

    def narrowed(self, county_code: str) -> "Sealer":
        """The same for one county alone, to be sent to a process that seals for this one. Never to a file."""
        ...


class KeyringSealer:
    """`Sealer` in software, with the keys of a `Keyring`. Safe to share between threads."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def seal_many(
        self, table: str, column: str, county_code: str, rows: Sequence[tuple[bytes, bytes]]
    ) -> list[bytes]:
        key = self._keyring.current(county_code, "seal")
        header = _header(key.algorithm, key.key_id)
        place = self._place(header, table, column, county_code)
        encrypt = AEADS[key.algorithm](key.secret).encrypt
        random = os.urandom(NONCE_BYTES * len(rows))
        sealed = []
        at = 0
        for row_id, plaintext in rows:
            if len(row_id) != ROW_ID_BYTES:
                raise ValueError(f"a row id has {ROW_ID_BYTES} bytes, not {len(row_id)}")
            nonce = random[at : at + NONCE_BYTES]
            at += NONCE_BYTES
            sealed.append(header + nonce + encrypt(nonce, plaintext, place + row_id))
        return sealed

    def open_many(
        self, table: str, column: str, county_code: str, rows: Sequence[tuple[bytes, bytes]]
    ) -> list[bytes]:
        ciphers: dict[bytes, tuple[Aead, bytes]] = {}
        opened = []
        for row_id, blob in rows:
            header = blob[:HEADER_BYTES]
            if header not in ciphers:
                ciphers[header] = self._cipher(header, table, column, county_code)
            aead, place = ciphers[header]
            nonce = blob[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES]
            try:
                opened.append(aead.decrypt(nonce, blob[HEADER_BYTES + NONCE_BYTES :], place + row_id))
            except (InvalidTag, ValueError) as error:
                place_name = f"{self._keyring.service}.{table}.{column} {row_id.hex()}"
                raise OpenRefused(f"{place_name} 的密文无法打开：被改动、截断或移位") from error
        return opened

    def mac_many(self, county_code: str, values: Sequence[bytes], key_id: int | None = None) -> list[bytes]:
        keyring = self._keyring
        key = (
            keyring.current(county_code, "index")
            if key_id is None
            else keyring.version(county_code, "index", key_id)
        )
        return IndexKey(key.secret).mac_many(values)

    def index_key_ids(self, county_code: str) -> list[int]:
        return self._keyring.key_ids(county_code, "index")

    def narrowed(self, county_code: str) -> "KeyringSealer":
        return KeyringSealer(self._keyring.narrowed(county_code))

    def _cipher(self, header: bytes, table: str, column: str, county_code: str) -> tuple[Aead, bytes]:
        """The cipher and place that a header asks for; it is believed only once a tag has agreed."""
        if len(header) < HEADER_BYTES or header[0] not in FORMATS.values():
            raise OpenRefused(f"{self._keyring.service}.{table}.{column} 的密文开头不是已知格式")
        key = self._keyring.version(county_code, "seal", int.from_bytes(header[1:], "big"))
        if header[0] != FORMATS[key.algorithm]:
            raise OpenRefused(f"{self._keyring.service}.{table}.{column} 的密文与其密钥的算法不符")
        return AEADS[key.algorithm](key.secret), self._place(header, table, column, county_code)

    def _place(self, header: bytes, table: str, column: str, county_code: str) -> bytes:
        """Associated data but for the row id, which follows with a fixed length."""
        return header + encode_place((self._keyring.service, table, column, county_code))


def _header(algorithm: str, key_id: int) -> bytes:
    return FORMATS[algorithm].to_bytes(1, "big") + key_id.to_bytes(4, "big")
