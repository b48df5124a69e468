"""The key-encryption key and the matching keys, as files that the operator gives to the services.

The key-encryption key (KEK) is 32 random bytes, written as base64 on one line. The file of matching keys is
JSON `{"1": base64, "2": base64}`: key id to a key wrapped by the KEK. warning_api and household_api are given
the same file, and so compute the same index of a person without reading each other's tables.
"""

import binascii
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from .blind_index import IndexKey
from .data_keys import unwrap_bytes, wrap_bytes
from .errors import KeyFileUnusable, UnknownKey

KEK_BYTES: Final = 32
MATCH_KEY_BYTES: Final = 32


def new_kek() -> str:
    """The text of a new KEK file."""
    return b64encode(os.urandom(KEK_BYTES)).decode() + "\n"


def read_kek(path: Path) -> bytes:
    """The 32 bytes in the KEK file; `KeyFileUnusable` with the path and what is wrong with it."""
    try:
        kek = b64decode(_text(path).strip(), validate=True)
    except binascii.Error as error:
        raise KeyFileUnusable(f"密钥加密密钥文件 {path} 不是 base64") from error
    if len(kek) != KEK_BYTES:
        raise KeyFileUnusable(f"密钥加密密钥文件 {path} 应为 {KEK_BYTES} 字节，实为 {len(kek)} 字节")
    return kek


def new_match_keys(kek: bytes, previous: str = "{}") -> str:
    """The text of a matching key file: that of `previous` with one more key, which is the current one."""
    wrapped = _parse(previous)
    key_id = max(wrapped, default=0) + 1
    wrapped[key_id] = wrap_bytes(kek, os.urandom(MATCH_KEY_BYTES), _place(key_id))
    return json.dumps({str(each): b64encode(blob).decode() for each, blob in wrapped.items()}) + "\n"


class MatchKeys:
    """The keys by which our services compare persons: `index_key_id` in `/v1/matches` names one of them."""

    def __init__(self, keys: dict[int, bytes]) -> None:
        if not keys:
            raise KeyFileUnusable("匹配密钥文件里没有密钥")
        self.current_key_id: Final = max(keys)
        self.key_ids: Final = sorted(keys)
        self._secrets = keys
        self._keys = {key_id: IndexKey(key) for key_id, key in keys.items()}

    def __reduce__(self) -> tuple[type["MatchKeys"], tuple[dict[int, bytes]]]:
        """For a process that computes for this one: hash states cannot be sent."""
        return MatchKeys, (self._secrets,)

    @classmethod
    def read(cls, path: Path, kek: bytes) -> "MatchKeys":
        """`KeyFileUnusable` for a file of another form, `KeyUnwrapRefused` where the KEK is another one."""
        try:
            wrapped = _parse(_text(path))
        except (ValueError, TypeError, AttributeError) as error:
            raise KeyFileUnusable(f"匹配密钥文件 {path} 应为 JSON：密钥编号到 base64") from error
        return cls({key_id: unwrap_bytes(kek, blob, _place(key_id)) for key_id, blob in wrapped.items()})

    def mac_many(self, values: Sequence[bytes], key_id: int | None = None) -> list[bytes]:
        """32 bytes for each value under the current key, or the one named; `UnknownKey` if it is not here."""
        key = self._keys.get(self.current_key_id if key_id is None else key_id)
        if key is None:
            raise UnknownKey(f"没有编号为 {key_id} 的匹配密钥")
        return key.mac_many(values)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileUnusable(f"无法读取密钥文件 {path}：{error}") from error


def _parse(text: str) -> dict[int, bytes]:
    return {int(key_id): b64decode(blob, validate=True) for key_id, blob in json.loads(text).items()}


def _place(key_id: int) -> tuple[str, ...]:
    return ("match", str(key_id))
