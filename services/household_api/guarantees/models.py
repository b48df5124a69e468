"""Guarantee ledgers: what is not secured, and every step until it is crossed off."""

from sqlalchemy import Boolean, Column, Date, ForeignKeyConstraint, Index, Integer, MetaData, Table, text

from shared.db.types import county_code, identifier, instant, region_code, sealed, word


def guarantee_tables(metadata: MetaData) -> None:
    """An entry stands on a person, on a household, or on somebody outside the registry (sealed)."""
    entry = Table(
        "guarantee_entry",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        word("kind"),
        identifier("household_id", nullable=True),
        identifier("person_id", nullable=True),
        sealed("subject", nullable=True),
        sealed("subject_index", nullable=True),
        word("org_code"),
        word("state"),
        # Crossed off, and the registry has said since that it is in order: only then can it recur.
        Column("settled", Boolean, nullable=False),
        Column("reopened", Integer, nullable=False),
        Column("opened_on", Date, nullable=False),
        Column("due_on", Date, nullable=False),
        word("acted_by"),
        Column("crossed_off_on", Date),
        Column("version", Integer, nullable=False),
    )
    Index(None, entry.c.county_code, entry.c.region_code, entry.c.id)
    Index(None, entry.c.county_code, entry.c.household_id)
    Index(
        "uq_guarantee_entry_household",
        entry.c.county_code,
        entry.c.kind,
        entry.c.household_id,
        unique=True,
        postgresql_where=text("household_id IS NOT NULL AND person_id IS NULL"),
    )
    Index(
        "uq_guarantee_entry_person",
        entry.c.county_code,
        entry.c.kind,
        entry.c.person_id,
        unique=True,
        postgresql_where=text("person_id IS NOT NULL"),
    )
    Index(
        "uq_guarantee_entry_subject",
        entry.c.county_code,
        entry.c.kind,
        entry.c.subject_index,
        unique=True,
        postgresql_where=text("subject_index IS NOT NULL"),
    )
    Table(
        "guarantee_step",
        metadata,
        county_code(primary_key=True),
        identifier("entry_id", primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        region_code(),
        word("step"),
        Column("done_on", Date, nullable=False),
        # What was done, or the evidence that it is solved.
        sealed("note", nullable=True),
        word("made_by"),
        instant("made_at"),
        ForeignKeyConstraint(
            ["county_code", "entry_id"], ["guarantee_entry.county_code", "guarantee_entry.id"]
        ),
    )
