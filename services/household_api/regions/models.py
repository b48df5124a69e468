"""The record of changes of regions: which code became which, when, and what went with it."""

from sqlalchemy import Column, Date, MetaData, Table

from shared.db.types import county_code, document, instant, region_code, word, words


def region_change_table(metadata: MetaData) -> None:
    """Only added to. Codes and counts: nothing in it is personal data."""
    Table(
        "region_change",
        metadata,
        county_code(primary_key=True),
        region_code(primary_key=True),
        Column("effective_on", Date, primary_key=True),
        word("kind"),
        # Empty where the change gave none.
        word("name"),
        word("former_name"),
        words("successors"),
        # How many of what moved, by kind.
        document("moved"),
        word("applied_by"),
        instant("applied_at"),
    )
