"""HMAC-SM3 over many short values: the blind index by which a sealed ID number can still be looked up."""

from collections.abc import Sequence

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

from .errors import SealingError


class IndexKey:
    """One index key, with the hash states after its inner and outer pad saved.

    The copy of a started `HMAC` is exactly those two saved states. Safe to share between threads.
    """

    __slots__ = ("_started",)

    def __init__(self, key: bytes) -> None:
        try:
            self._started = HMAC(key, SM3())
        except UnsupportedAlgorithm as error:
            raise SealingError(
                "本机的 OpenSSL 不含 SM3，无法计算身份证号索引；请安装带 SM3 的 cryptography"
            ) from error

    def mac_many(self, values: Sequence[bytes]) -> list[bytes]:
        """32 bytes for each value, in order."""
        copy = self._started.copy
        macs = []
        for value in values:
            mac = copy()
            mac.update(value)
            macs.append(mac.finalize())
        return macs
