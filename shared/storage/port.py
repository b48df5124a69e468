"""What the services ask of a store of files, wherever it is."""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from shared.errors import Unavailable

#: Segments of lower-case letters, digits, ``-`` and ``_``, parted by ``/``: the same file everywhere, and never one
#: outside the store. Before the last segment may stand a point, by which unfinished files are told.
_KEY: Final = re.compile(r"[0-9a-z_-]+(/[0-9a-z_-]+)*", re.ASCII)


class ObjectMissing(Exception):
    """No object of this key is there; the only argument is the key."""


class StorageAway(Unavailable):
    code = "storage_unavailable"
    title, title_en = "附件存储暂不可用，请稍后再试", "The file storage is not available now: try again later"

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "5"})


@dataclass(frozen=True, slots=True)
class StoredObject:
    """``modified``: real time, by the clock of the store."""

    key: str
    modified: datetime


class Storage(Protocol):
    """Objects by key. Every call raises ``StorageAway`` (503) where the store does not answer or has no room."""

    async def put(self, key: str, content: bytes) -> None:
        """Keep ``content``: all of it or nothing is there afterwards, also when the machine stops."""
        ...

    async def get(self, key: str) -> bytes:
        """Raises ``ObjectMissing``."""
        ...

    async def delete(self, key: str) -> None:
        """Nothing happens where it is not there."""
        ...

    def objects(self, prefix: str) -> AsyncIterator[Sequence[StoredObject]]:
        """All whose key begins with the segments of ``prefix``, some at a time, in no order. Also what was left
        unfinished by a process that died, if it takes room: such keys can be deleted."""
        ...


def checked_key(key: str) -> str:
    """``key``; ``ValueError`` for what is none."""
    if not _KEY.fullmatch(key):
        raise ValueError("a key has segments of lower-case letters, digits, - and _")
    return key
