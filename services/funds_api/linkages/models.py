"""Which household a project benefits, how, and what of it was said when."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
)

from shared.db.types import county_code, identifier, instant, money, region_code, word


def linkage_tables(metadata: MetaData) -> None:
    """``linkage`` is who with whom, ``linkage_version`` what and when: the last one holds. Both are only added to.

    ``region_code``, ``household_type`` and ``monitoring_type`` are the household's as of ``as_of``.
    """
    linkage = Table(
        "linkage",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        identifier("project_id"),
        identifier("household_id"),
        word("household_type"),
        word("monitoring_type", nullable=True),
        Column("as_of", Date, nullable=False),
        word("kind"),
        instant("created_at"),
        word("created_by"),
        ForeignKeyConstraint(
            ["county_code", "project_id"], ["funds.project.county_code", "funds.project.id"]
        ),
    )
    columns = linkage.c
    Index(None, columns.county_code, columns.project_id, columns.household_id)
    Index(None, columns.county_code, columns.household_id)
    Table(
        "linkage_version",
        metadata,
        county_code(primary_key=True),
        identifier("linkage_id", primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        region_code(),
        money("amount", nullable=False),
        Column("starts_on", Date, nullable=False),
        Column("ends_on", Date, nullable=True),
        Column("withdrawn", Boolean, nullable=False),
        word("note", nullable=True),
        word("reason", nullable=True),
        instant("changed_at"),
        word("changed_by"),
        ForeignKeyConstraint(
            ["county_code", "linkage_id"], ["funds.linkage.county_code", "funds.linkage.id"]
        ),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("ends_on >= starts_on", name="period"),
    )
