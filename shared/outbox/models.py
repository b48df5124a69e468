"""The tables of events; each service has its own."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table, Text, text

from shared.db.types import county_code, document, identifier, instant, word, words


def outbox_tables(metadata: MetaData) -> None:
    """``outbox_event`` (only added to), ``subscription``, ``event_delivery`` (a local queue), ``inbox_event``.

    ``wanted``: which events of its ``types`` a subscription is sent, by their data (a JSON path); null for all.
    """
    Table(
        "outbox_event",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        word("type"),
        word("subject"),
        Column("sequence", BigInteger, nullable=False),
        instant("occurred_at"),
        document("data"),
    )
    Table(
        "subscription",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        # Our own services are named, not addressed: where they listen is a setting of the process.
        word("service"),
        words("types"),
        Column("wanted", Text),
        Column("active", Boolean, nullable=False),
        instant("created_at"),
    )
    delivery = Table(
        "event_delivery",
        metadata,
        county_code(primary_key=True),
        identifier("subscription_id", primary_key=True),
        identifier("event_id", primary_key=True),
        word("subject"),
        Column("sequence", BigInteger, nullable=False),
        Column("attempts", Integer, nullable=False),
        instant("due_at"),
        instant("delivered_at", nullable=True),
        word("last_error"),
    )
    pending = text("delivered_at IS NULL")
    Index("ix_event_delivery_due", delivery.c.due_at, postgresql_where=pending)
    Index(
        "ix_event_delivery_head",
        delivery.c.county_code,
        delivery.c.subscription_id,
        delivery.c.subject,
        delivery.c.sequence,
        delivery.c.event_id,
        postgresql_where=pending,
    )
    Table(
        "inbox_event",
        metadata,
        county_code(primary_key=True),
        word("source", primary_key=True),
        identifier("event_id", primary_key=True),
        instant("received_at"),
    )
