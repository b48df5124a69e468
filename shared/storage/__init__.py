"""Files that are too large for a table, by reference: in a directory or in S3-compatible storage."""

from shared.storage.location import StorageMisconfigured, open_storage
from shared.storage.port import ObjectMissing, Storage, StorageAway, StoredObject

__all__ = [
    "ObjectMissing",
    "Storage",
    "StorageAway",
    "StorageMisconfigured",
    "StoredObject",
    "open_storage",
]
