"""The table of campaigns."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Index, Integer, MetaData, Table, Text

from shared.db.types import county_code, cycle_column, identifier, instant, region_code, word, words


def campaign_tables(metadata: MetaData) -> None:
    """``place``: how far the registry has been gone through, the cursor of its next page. ``clues``: visits that were
    asked for, one for each of ``households``. No ``household_types``: all of them."""
    campaign = Table(
        "campaign",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        cycle_column(),
        word("kind"),
        word("period"),
        word("name"),
        region_code(),
        words("household_types"),
        Column("monitored_only", Boolean, nullable=False),
        Column("due_on", Date, nullable=False),
        word("state"),
        Column("place", Text),
        Column("households", Integer, nullable=False),
        Column("clues", Integer, nullable=False),
        word("started_by"),
        instant("started_at"),
        Column("ended_by", Text),
        instant("ended_at", nullable=True),
        Column("version", Integer, nullable=False),
        CheckConstraint("state IN ('preparing', 'open', 'closed', 'cancelling', 'cancelled')", name="state"),
    )
    Index("ix_campaign_cycle", campaign.c.county_code, campaign.c.cycle, campaign.c.id)
