"""Tables of bulletins: a draft can be written on, what was issued cannot."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
)

from shared.db.types import county_code, document, identifier, instant, region_code, word


def bulletin_tables(metadata: MetaData) -> None:
    """``figures``: the numbers as they were when it was drafted. ``bulletin_issue.content``: the two documents,
    ``county`` and ``beyond`` (small cells hidden), word for word as issued; ``sequence`` is null for a number that
    the officer gave. A later bulletin on the same period ``corrects`` an issued one."""
    bulletin = Table(
        "bulletin",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        word("kind"),
        word("period"),
        identifier("corrects", nullable=True),
        document("figures"),
        document("form"),
        word("assessment"),
        word("drafted_by"),
        instant("drafted_at"),
        word("written_by"),
        instant("written_at"),
        Column("version", Integer, nullable=False),
        CheckConstraint("kind IN ('monthly', 'quarterly')", name="kind"),
    )
    Index("ix_bulletin_period", bulletin.c.county_code, bulletin.c.period)
    Table(
        "bulletin_issue",
        metadata,
        county_code(primary_key=True),
        identifier("bulletin_id", primary_key=True),
        region_code(),
        word("number"),
        Column("year", Integer, nullable=False),
        Column("sequence", Integer),
        Column("issued_on", Date, nullable=False),
        word("title"),
        document("content"),
        word("issued_by"),
        instant("issued_at"),
        UniqueConstraint("county_code", "number"),
        UniqueConstraint("county_code", "year", "sequence"),
        ForeignKeyConstraint(
            ["county_code", "bulletin_id"],
            ["warning.bulletin.county_code", "warning.bulletin.id"],
            ondelete="RESTRICT",
        ),
    )
