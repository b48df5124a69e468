"""Tables of batches and rejects."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from shared.db.types import county_code, cycle_column, document, identifier, instant, sealed, word


def intake_tables(metadata: MetaData) -> None:
    """Of a batch, ``matches`` counts its warnings by match result, and ``closed`` those that are closed: written
    in the transaction that changes them, never counted when somebody asks."""
    Table(
        "batch",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        identifier(primary_key=True),
        word("org_code"),
        word("batch_no"),
        Column("content_sha256", LargeBinary, nullable=False),
        Column("received", Integer, nullable=False),
        Column("accepted", Integer, nullable=False),
        Column("duplicate", Integer, nullable=False),
        Column("rejected", Integer, nullable=False),
        Column("urgent_reason", Text),
        Column("late", Boolean, nullable=False),
        word("state"),
        Column("version", Integer, nullable=False),
        word("filed_by"),
        instant("filed_at"),
        Column("release_required", Boolean, nullable=False),
        Column("released_by", Text),
        instant("released_at", nullable=True),
        Column("refused_by", Text),
        instant("refused_at", nullable=True),
        Column("mapping_version", Integer),
        document("matches"),
        Column("closed", Integer, nullable=False),
        UniqueConstraint("county_code", "cycle", "org_code", "batch_no"),
        CheckConstraint("received = accepted + duplicate + rejected", name="counts"),
    )
    Table(
        "batch_reject",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        identifier("batch_id", primary_key=True),
        Column("line", Integer, primary_key=True, autoincrement=False),
        identifier(),
        word("org_code"),
        document("errors"),
        sealed(),
        ForeignKeyConstraint(
            ["county_code", "cycle", "batch_id"],
            ["warning.batch.county_code", "warning.batch.cycle", "warning.batch.id"],
            ondelete="RESTRICT",
        ),
    )
    Table(
        "batch_duplicate",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        identifier("batch_id", primary_key=True),
        Column("line", Integer, primary_key=True, autoincrement=False),
        identifier(),
        word("org_code"),
        word("source_record_id"),
        identifier("warning_id", nullable=True),
        Column("same_columns", Boolean, nullable=False),
        sealed(),
        ForeignKeyConstraint(
            ["county_code", "cycle", "batch_id"],
            ["warning.batch.county_code", "warning.batch.cycle", "warning.batch.id"],
            ondelete="RESTRICT",
        ),
    )
    Table(
        "column_mapping",
        metadata,
        county_code(primary_key=True),
        word("org_code", primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        document("columns"),
        document("words"),
        Column("disability_certificates", Boolean),
        word("set_by"),
        instant("set_at"),
    )
