"""The secrets of clients: made here, shown once, kept only as a digest.

A secret is 256 random bits. A digest as slow as a password's (argon2) protects what people think up, by
making each guess dear; of 2**256 equally likely secrets nobody guesses one, at whatever speed. So SHA-256 is
enough, and a token costs no more than it must.
"""

import hashlib
import hmac
import secrets

SECRET_BYTES = 32

#: Compared with where there is no such client, so that both take the same time.
NOBODYS_DIGEST = bytes(32)


def new_secret() -> str:
    """43 characters of the URL-safe base64 alphabet."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> bytes:
    """What is stored: SHA-256, 32 bytes."""
    return hashlib.sha256(secret.encode()).digest()


def is_secret(given: str, digest: bytes | None) -> bool:
    """Whether ``given`` is the secret with this digest, in constant time; never for None (no such client)."""
    same = hmac.compare_digest(digest_of(given), NOBODYS_DIGEST if digest is None else digest)
    return same and digest is not None
