"""The table of cards."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, MetaData, Table, text

from shared.db.types import county_code, document, identifier, instant, region_code, word


def card_tables(metadata: MetaData) -> None:
    """``card``: of a unit (``region_code``), for one source or all of a year. ``reasons``: as the rules had them
    when it was issued, with their figures. One that was lifted stays, and another may follow."""
    card = Table(
        "card",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        Column("year", Integer, nullable=False),
        identifier("source_id", nullable=True),
        word("kind"),
        word("state"),
        document("reasons"),
        word("note"),
        word("issued_by"),
        instant("issued_at"),
        word("appeal", nullable=True),
        word("appealed_by", nullable=True),
        instant("appealed_at", nullable=True),
        word("decision", nullable=True),
        word("decided_by", nullable=True),
        instant("decided_at", nullable=True),
        Column("version", Integer, nullable=False),
        ForeignKeyConstraint(["county_code", "source_id"], ["funds.source.county_code", "funds.source.id"]),
    )
    columns = card.c
    Index(
        "uq_card_standing",
        columns.county_code,
        columns.region_code,
        columns.year,
        text("coalesce(source_id, '00000000-0000-0000-0000-000000000000')"),
        columns.kind,
        unique=True,
        postgresql_where=text("state <> 'lifted'"),
    )
