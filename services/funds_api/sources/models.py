"""Where money comes from, and to which units it is allocated."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKeyConstraint, Index, Integer, MetaData, Table

from shared.db.types import county_code, identifier, instant, money, region_code, word


def source_tables(metadata: MetaData) -> None:
    """``source``, ``allocation``, ``allocation_adjustment`` are only added to.

    ``source_balance``, ``allocation_balance`` hold how much of each is used, ``spending_day`` how much that
    counts as spent was paid from an allocation on a day: all three can be counted again from the ledger.
    ``carried_from``: the one of an earlier year whose remainder (结转) this is.
    """
    source = Table(
        "source",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        word("level"),
        Column("year", Integer, nullable=False),
        money("amount", nullable=False),
        word("document_no"),
        word("purpose", nullable=True),
        instant("created_at"),
        word("created_by"),
        word("fund"),
        identifier("carried_from", nullable=True),
        _to("carried_from", "source"),
        CheckConstraint("amount > 0", name="amount"),
    )
    Index(None, source.c.county_code, source.c.year)
    Table(
        "source_balance",
        metadata,
        county_code(primary_key=True),
        identifier("source_id", primary_key=True),
        region_code(),
        money("amount", nullable=False),
        money("allocated", nullable=False),
        Column("version", Integer, nullable=False),
        money("carried", nullable=False),
        _to("source_id", "source"),
        CheckConstraint(
            "allocated >= 0 AND carried >= 0 AND allocated + carried <= amount", name="allocated"
        ),
    )
    _allocation_tables(metadata)


def _allocation_tables(metadata: MetaData) -> None:
    allocation = Table(
        "allocation",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        identifier("source_id"),
        # The source's own, which never change: a township sees its allocations, not the county's sources.
        word("level"),
        Column("year", Integer, nullable=False),
        word("document_no"),
        money("amount", nullable=False),
        word("purpose"),
        instant("created_at"),
        word("created_by"),
        word("fund"),
        identifier("carried_from", nullable=True),
        _to("source_id", "source"),
        _to("carried_from", "allocation"),
        CheckConstraint("amount > 0", name="amount"),
    )
    Index(None, allocation.c.county_code, allocation.c.source_id)
    Index(None, allocation.c.county_code, allocation.c.year)
    adjustment = Table(
        "allocation_adjustment",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        identifier("allocation_id"),
        money("amount", nullable=False),
        word("reason"),
        word("document_no"),
        instant("created_at"),
        word("created_by"),
        _to("allocation_id", "allocation"),
        CheckConstraint("amount <> 0", name="amount"),
    )
    Index(None, adjustment.c.county_code, adjustment.c.allocation_id)
    Table(
        "allocation_balance",
        metadata,
        county_code(primary_key=True),
        identifier("allocation_id", primary_key=True),
        region_code(),
        money("amount", nullable=False),
        money("budgeted", nullable=False),
        money("paid", nullable=False),
        money("retained", nullable=False),
        Column("version", Integer, nullable=False),
        money("carried", nullable=False),
        money("transferred", nullable=False),
        money("held", nullable=False),
        _to("allocation_id", "allocation"),
        CheckConstraint("budgeted >= 0 AND carried >= 0 AND budgeted + carried <= amount", name="budgeted"),
        CheckConstraint(
            "paid >= 0 AND retained >= 0 AND transferred >= 0 AND held >= 0"
            " AND paid + retained + transferred + held <= budgeted",
            name="paid",
        ),
    )
    day = Table(
        "spending_day",
        metadata,
        county_code(primary_key=True),
        identifier("allocation_id", primary_key=True),
        Column("paid_on", Date, primary_key=True),
        region_code(),
        money("amount", nullable=False),
        _to("allocation_id", "allocation"),
        CheckConstraint("amount >= 0", name="amount"),
    )
    Index(None, day.c.county_code, day.c.paid_on)


def _to(column: str, table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["county_code", column], [f"funds.{table}.county_code", f"funds.{table}.id"])
