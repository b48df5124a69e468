"""The table of regions: a reference table, copied into each service's schema."""

from sqlalchemy import Column, Date, MetaData, Table, Text

from shared.db.types import county_code, region_code


def region_table(metadata: MetaData) -> Table:
    """One row per region of a county and one for each region above it; codes in their short form.

    ``served_by``: the township that serves a unit without staff.
    """
    return Table(
        "region",
        metadata,
        county_code(primary_key=True),
        region_code("code", primary_key=True),
        Column("name", Text, nullable=False),
        region_code("parent_code", nullable=True),
        Column("level", Text, nullable=False),
        region_code("served_by", nullable=True),
        Column("valid_from", Date, nullable=False),
        Column("valid_to", Date, nullable=True),
    )
