"""The keys that sign tokens. Their state follows from their times (see rules.py)."""

from sqlalchemy import Column, LargeBinary, MetaData, Table, Text

from shared.db.types import document, instant


def signing_key_table(metadata: MetaData) -> Table:
    """``wrapped``: the private key (PKCS 8, DER) under the key-encryption key. ``public_key``: its JWK."""
    return Table(
        "signing_key",
        metadata,
        Column("kid", Text, primary_key=True),
        Column("wrapped", LargeBinary, nullable=False),
        document("public_key"),
        instant("published_at"),
        instant("signs_from", nullable=True),
    )
