"""Tables of the monthly cycle."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Integer, MetaData, Table

from shared.db.types import county_code, cycle_column, identifier, instant, word


def cycle_tables(metadata: MetaData) -> None:
    """``cycle_dates`` holds only what a county has edited; other months follow the parameters."""
    Table(
        "cycle_dates",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        Column("opens_on", Date, nullable=False),
        Column("closes_on", Date, nullable=False),
        Column("version", Integer, nullable=False),
        CheckConstraint("opens_on <= closes_on", name="order"),
    )
    Table(
        "cycle_reopening",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        word("org_code", primary_key=True),
        word("reason"),
        Column("until", Date, nullable=False),
        word("reopened_by"),
        instant("reopened_at"),
    )
    Table(
        "nil_report",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        word("org_code", primary_key=True),
        identifier(),
        Column("late", Boolean, nullable=False),
        word("filed_by"),
        instant("filed_at"),
    )
    Table(
        "cycle_reminder",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        word("org_code", primary_key=True),
        Column("due_on", Date, primary_key=True),
        instant("reminded_at"),
    )
