"""Clients and their grants. Small tables, exempt from the county code; nothing in them is personal data."""

from sqlalchemy import Column, ForeignKeyConstraint, Integer, LargeBinary, MetaData, Table, Text

from shared.db.types import instant, region_code, word, words


def client_tables(metadata: MetaData) -> None:
    """``client`` and ``client_grant``.

    A client that is ended stays: what was done names it, and its id is never given again.
    """
    Table(
        "client",
        metadata,
        Column("client_id", Text, primary_key=True),
        word("name"),
        Column("secret_digest", LargeBinary, nullable=False),
        words("scopes"),
        Column("version", Integer, nullable=False),
        word("created_by"),
        instant("created_at"),
        instant("rotated_at", nullable=True),
        instant("ended_at", nullable=True),
    )
    Table(
        "client_grant",
        metadata,
        Column("client_id", Text, primary_key=True),
        Column("role", Text, primary_key=True),
        Column("org", Text, primary_key=True),
        # Empty for our own services, which act for every county.
        region_code("region", primary_key=True),
        ForeignKeyConstraint(["client_id"], ["client.client_id"]),
    )
