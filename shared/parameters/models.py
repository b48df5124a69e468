"""The table of parameters: the county's own in household_api, a copy kept by events in the others."""

from sqlalchemy import Column, Date, Integer, MetaData, Table, Text

from shared.db.types import county_code, document, instant, word


def parameter_table(metadata: MetaData) -> Table:
    """Only added to: a change is a new version, valid from a date on."""
    return Table(
        "parameter",
        metadata,
        county_code(primary_key=True),
        Column("name", Text, primary_key=True),
        Column("version", Integer, primary_key=True),
        Column("valid_from", Date, nullable=False),
        document("value"),
        word("source"),
        word("set_by"),
        instant("set_at"),
    )
