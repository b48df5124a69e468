"""Tables of petitions."""

from sqlalchemy import Column, Date, ForeignKeyConstraint, Index, Integer, MetaData, Table, Text

from shared.db.types import county_code, identifier, instant, region_code, sealed, word


def petition_tables(metadata: MetaData) -> None:
    """``sealed``: what is petitioned for, in free text; of a step, what was found, done or answered."""
    petition = Table(
        "petition",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        region_code("township_code", nullable=True),
        word("from_level"),
        Column("document_no", Text),
        Column("received_on", Date, nullable=False),
        Column("due_on", Date, nullable=False),
        identifier("household_id", nullable=True),
        word("state"),
        sealed(),
        Column("handled_by", Text),
        Column("answered_on", Date),
        word("made_by"),
        instant("made_at"),
        instant("updated_at"),
        instant("closed_at", nullable=True),
        Column("told_overdue_on", Date),
        Column("version", Integer, nullable=False),
    )
    Index("ix_petition_due", petition.c.county_code, petition.c.due_on, petition.c.id)
    step = Table(
        "petition_step",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        identifier("petition_id"),
        region_code(),
        word("state"),
        sealed(nullable=True),
        word("made_by"),
        instant("made_at"),
        ForeignKeyConstraint(
            ["county_code", "petition_id"],
            ["warning.petition.county_code", "warning.petition.id"],
            ondelete="RESTRICT",
        ),
    )
    Index("ix_petition_step_petition", step.c.county_code, step.c.petition_id, step.c.id)
