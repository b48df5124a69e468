"""The table of conferences."""

from sqlalchemy import Column, Date, Index, Integer, MetaData, Table

from shared.db.types import county_code, document, identifier, instant, region_code, word


def conference_tables(metadata: MetaData) -> None:
    """``content``: the pack with its figures, which stay as soon as there are conclusions. ``agenda``: texts;
    ``conclusions``: ``[{text, org_code, due_on}]``, recorded afterwards."""
    conference = Table(
        "conference",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        word("quarter"),
        document("content"),
        document("agenda"),
        Column("held_on", Date),
        document("conclusions"),
        word("prepared_by"),
        instant("prepared_at"),
        word("written_by"),
        instant("written_at"),
        Column("version", Integer, nullable=False),
    )
    Index("ix_conference_quarter", conference.c.county_code, conference.c.quarter)
