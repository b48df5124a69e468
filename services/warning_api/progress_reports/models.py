"""Tables of progress reports: each is kept as it was sent, a later one is the next version."""

from sqlalchemy import Column, Date, Integer, MetaData, Table, Text

from shared.db.types import county_code, cycle_column, identifier, instant, region_code, sealed, word


def progress_report_tables(metadata: MetaData) -> None:
    """``reporter``: a township's code or a department's."""
    Table(
        "progress_report",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        word("reporter", primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        identifier(),
        region_code(),
        Column("org_code", Text),
        sealed(),
        word("reported_by"),
        instant("reported_at"),
    )
    Table(
        "progress_reminder",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        word("reporter", primary_key=True),
        Column("due_on", Date, primary_key=True),
        instant("reminded_at"),
    )
