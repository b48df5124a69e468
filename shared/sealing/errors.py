"""What can go wrong with keys and sealed values. None of these carries a key, a plaintext or a ciphertext."""


class SealingError(Exception):
    """Root of the refusals of this package; an unhandled one is a fault of the installation (500)."""


class KeyFileUnusable(SealingError):
    """A key file is missing, unreadable or has not the form it must have."""


class KeyUnwrapRefused(SealingError):
    """A wrapped key does not open: another key-encryption key, or a row moved or altered."""


class UnknownKey(SealingError):
    """No key for this county, purpose and key id; a service that has just been given keys loads them anew."""


class OpenRefused(SealingError):
    """A sealed value is cut, altered, or stands in another place than the one it was sealed for."""
