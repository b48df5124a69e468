"""The table of policy receipts: what departments did, only added to."""

from sqlalchemy import Column, Date, ForeignKeyConstraint, Index, MetaData, Table

from shared.db.types import county_code, cycle_column, identifier, instant, money, region_code, sealed, word


def feedback_tables(metadata: MetaData) -> None:
    """``sealed``: measure and note. ``region_code``: the warning's, by which its township knows of the answer."""
    receipt = Table(
        "policy_receipt",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        identifier(primary_key=True),
        identifier("warning_id"),
        region_code(),
        word("org_code"),
        Column("done_on", Date, nullable=False),
        money("amount"),
        sealed(),
        word("answered_by"),
        instant("answered_at"),
        ForeignKeyConstraint(
            ["county_code", "cycle", "warning_id"],
            ["warning.warning.county_code", "warning.warning.cycle", "warning.warning.id"],
            ondelete="RESTRICT",
        ),
        postgresql_partition_by="LIST (cycle)",
    )
    Index("ix_policy_receipt_warning", receipt.c.county_code, receipt.c.cycle, receipt.c.warning_id)
