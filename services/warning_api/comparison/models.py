"""The table of candidates: uncertain matches, decided by a person."""

from sqlalchemy import Column, ForeignKeyConstraint, Integer, MetaData, Table, Text

from shared.db.types import county_code, cycle_column, document, identifier, instant


def comparison_tables(metadata: MetaData) -> None:
    Table(
        "candidate",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        identifier("warning_id", primary_key=True),
        document("options"),
        identifier("person_id", nullable=True),
        Column("decided_by", Text),
        instant("decided_at", nullable=True),
        Column("version", Integer, nullable=False),
        ForeignKeyConstraint(
            ["county_code", "cycle", "warning_id"],
            ["warning.warning.county_code", "warning.warning.cycle", "warning.warning.id"],
            ondelete="RESTRICT",
        ),
        postgresql_partition_by="LIST (cycle)",
    )
