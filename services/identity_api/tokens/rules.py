"""When a signing key is published and when it signs, and the scopes of a token. No I/O.

A key is `next` until ``signs_from``, `current` until the following key signs, and `retired` after that. It is
published in all three states, so that rotation has no moment at which a verifier lacks the key of a token.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.identity_api.tokens.errors import InvalidScope

TOKEN_LIFETIME = timedelta(minutes=15)

#: How long verifiers may keep what they read of the published keys.
KEYS_MAX_AGE = timedelta(minutes=1)

#: A key signs only after everyone has had the time to read it.
PUBLISHED_AHEAD = timedelta(minutes=5)

#: A retired key stays published this long after the last token that it signed has expired.
SLACK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """``signs_from`` is None until a rotation sets it."""

    kid: str
    wrapped: bytes
    public_key: dict[str, Any]
    published_at: datetime
    signs_from: datetime | None


def signer(keys: Iterable[SigningKey], now: datetime) -> SigningKey | None:
    """The key that signs at ``now``."""
    started = [key for key in keys if key.signs_from is not None and key.signs_from <= now]
    return max(started, key=_turn) if started else None


def is_dead(key: SigningKey, keys: Iterable[SigningKey], now: datetime) -> bool:
    """Whether the last token that the key can have signed has expired."""
    successor = _successor(key, keys)
    return successor is not None and successor + TOKEN_LIFETIME + SLACK <= now


def starts_signing(following: SigningKey, now: datetime) -> datetime:
    """When the `next` key begins to sign if a rotation is asked for at ``now``."""
    return max(now, following.published_at + PUBLISHED_AHEAD)


def _successor(key: SigningKey, keys: Iterable[SigningKey]) -> datetime | None:
    """When the key that follows begins to sign."""
    if key.signs_from is None:
        return None
    later = [each for each in keys if each.signs_from is not None and _turn(each) > _turn(key)]
    return min(later, key=_turn).signs_from if later else None


def _turn(key: SigningKey) -> tuple[datetime | None, str]:
    """The order of keys that sign; of two from the same instant the younger id (UUIDv7) is the later."""
    return key.signs_from, key.kid


def granted_scopes(of_client: Sequence[str], asked: str) -> list[str]:
    """All of the client's scopes, or the fewer that ``asked`` names. Raises ``InvalidScope``."""
    wanted = asked.split()
    if unknown := [scope for scope in wanted if scope not in of_client]:
        raise InvalidScope(f"该客户端没有权限：{' '.join(unknown)[:200]}")
    return list(dict.fromkeys(wanted)) or list(of_client)
