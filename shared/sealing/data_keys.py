"""Data keys: made at random, wrapped by the key-encryption key, kept in the service's own table `data_key`.

key-encryption key (a file) → data key per service, county, purpose and version → sealed values and indexes.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .ciphers import KEY_BYTES, NONCE_BYTES, SealAlgorithm
from .errors import KeyUnwrapRefused

Purpose = Literal["seal", "index"]
KeyAlgorithm = SealAlgorithm | Literal["hmac-sm3"]

PURPOSES: Final[tuple[Purpose, ...]] = ("seal", "index")


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A row of `data_key`. `key_id` counts from 1 within (county, purpose) and fits four bytes."""

    county_code: str
    key_id: int
    purpose: Purpose
    algorithm: KeyAlgorithm
    wrapped: bytes
    created_at: datetime
    retired_at: datetime | None = None


def new_wrapped_key(
    kek: bytes,
    *,
    service: str,
    county_code: str,
    purpose: Purpose,
    key_id: int,
    created_at: datetime,
    seal_algorithm: SealAlgorithm = "sm4-gcm",
) -> WrappedKey:
    """A new random data key, ready to be stored. `seal_algorithm` counts for the purpose `seal` only."""
    algorithm: KeyAlgorithm = seal_algorithm if purpose == "seal" else "hmac-sm3"
    row = WrappedKey(county_code, key_id, purpose, algorithm, b"", created_at)
    return replace(row, wrapped=wrap_bytes(kek, os.urandom(KEY_BYTES[algorithm]), _place(service, row)))


def unwrap(kek: bytes, service: str, row: WrappedKey) -> bytes:
    """The data key; `KeyUnwrapRefused` where the KEK is another one or the row was moved or altered."""
    return unwrap_bytes(kek, row.wrapped, _place(service, row))


def rewrap(old_kek: bytes, new_kek: bytes, service: str, row: WrappedKey) -> WrappedKey:
    """The same data key under a new key-encryption key: what it sealed stays as it is."""
    return replace(row, wrapped=wrap_bytes(new_kek, unwrap(old_kek, service, row), _place(service, row)))


def wrap_bytes(kek: bytes, key: bytes, place: tuple[str, ...]) -> bytes:
    """`key` under AES-256-GCM as nonce, ciphertext, tag; `place` names what the key is for."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(kek).encrypt(nonce, key, encode_place(("bihuan key", *place)))


def unwrap_bytes(kek: bytes, wrapped: bytes, place: tuple[str, ...]) -> bytes:
    """What `wrap_bytes` wrapped with the same KEK and place, else `KeyUnwrapRefused`."""
    nonce, body = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
    try:
        return AESGCM(kek).decrypt(nonce, body, encode_place(("bihuan key", *place)))
    except (InvalidTag, ValueError) as error:
        raise KeyUnwrapRefused(
            f"数据密钥（{' / '.join(place)}）无法解开：密钥加密密钥不是当初所用的那一把，或密钥记录被改动"
        ) from error


def encode_place(parts: Iterable[str]) -> bytes:
    """The parts, each behind its length in two bytes, so that no two lists of parts read the same."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(2, "big") + part for part in encoded)


def _place(service: str, row: WrappedKey) -> tuple[str, ...]:
    return (service, row.county_code, row.purpose, str(row.key_id), row.algorithm)
