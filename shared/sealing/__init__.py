"""Personal data at rest: sealed values, blind indexes and the hierarchy of keys behind them.

`Sealer` is the port the services use, `KeyringSealer` the one in software. A table `data_key` of each service
keeps the `WrappedKey` rows.
"""

from .data_keys import PURPOSES, Purpose, WrappedKey, new_wrapped_key, rewrap, unwrap
from .errors import KeyFileUnusable, KeyUnwrapRefused, OpenRefused, SealingError, UnknownKey
from .key_files import MatchKeys, new_kek, new_match_keys, read_kek
from .keyring import DataKey, Keyring
from .sealer import OVERHEAD_BYTES, KeyringSealer, Sealer

__all__ = [
    "OVERHEAD_BYTES",
    "PURPOSES",
    "DataKey",
    "KeyFileUnusable",
    "KeyUnwrapRefused",
    "Keyring",
    "KeyringSealer",
    "MatchKeys",
    "OpenRefused",
    "Purpose",
    "Sealer",
    "SealingError",
    "UnknownKey",
    "WrappedKey",
    "new_kek",
    "new_match_keys",
    "new_wrapped_key",
    "read_kek",
    "rewrap",
    "unwrap",
]
