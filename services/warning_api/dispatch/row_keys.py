"""The hidden key of a row of a pulled list: which task of which list it is, and that nobody has altered it."""

import base64
import hmac
import re
import secrets
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from asyncpg.pgproto.pgproto import UUID as DriverUUID

from shared.sealing import Sealer

_MAC_BYTES = 12
_FORM = re.compile(
    r"(?P<sheet>[0-9a-f]{8})\.(?P<cycle>\d{4}-\d{2})\.(?P<township>\d{9})\.(?P<task>[0-9a-f]{32})"
    r"\.(?P<version>\d{1,9})\.(?P<mac>[0-9A-Za-z_-]{16})",
    re.ASCII,
)


class RowKey(NamedTuple):
    """``sheet``: of one pulled sheet, the same in all its rows; ``version``: of the task as the sheet shows it."""

    sheet: str
    cycle: str
    township: str
    task_id: UUID
    version: int


def new_sheet() -> str:
    """A name for a sheet that is being pulled."""
    return secrets.token_hex(4)


def keys_of(sealer: Sealer, county: str, keys: Sequence[RowKey]) -> list[str]:
    """Each key as text, with its MAC under the county's index key."""
    texts = [_text(key) for key in keys]
    macs = sealer.mac_many(county, [_bound(text) for text in texts])
    return [f"{text}.{_shown(mac)}" for text, mac in zip(texts, macs, strict=True)]


def claimed(text: str) -> RowKey | None:
    """What a key says of itself, not believed yet; None for what is no key at all."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    return RowKey(
        found["sheet"], found["cycle"], found["township"], DriverUUID(found["task"]), int(found["version"])
    )


def read_keys(sealer: Sealer, county: str, texts: Sequence[str]) -> list[RowKey | None]:
    """The keys that ``keys_of`` wrote for this county; None for one that was altered or is another county's."""
    keys = [claimed(text) for text in texts]
    values = [b"" if key is None else _bound(_text(key)) for key in keys]
    # During a rotation sheets are under way that were pulled under the key before.
    for key_id in reversed(sealer.index_key_ids(county)):
        macs = sealer.mac_many(county, values, key_id)
        good = [
            key is not None and hmac.compare_digest(text.strip().rpartition(".")[2], _shown(mac))
            for key, text, mac in zip(keys, texts, macs, strict=True)
        ]
        if any(good) or not texts:
            return [key if right else None for key, right in zip(keys, good, strict=True)]
    return [None] * len(texts)


def _text(key: RowKey) -> str:
    return f"{key.sheet}.{key.cycle}.{key.township}.{key.task_id.hex}.{key.version}"


def _bound(text: str) -> bytes:
    return b"list-row/" + text.encode()


def _shown(mac: bytes) -> str:
    return base64.urlsafe_b64encode(mac[:_MAC_BYTES]).decode()
