"""What departments did and to whom they referred what is not theirs: only added to."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKeyConstraint, Index, MetaData, Table, Text

from shared.db.types import county_code, cycle_column, identifier, instant, money, region_code, sealed, word


def feedback_tables(metadata: MetaData) -> None:
    """``policy_receipt``: ``sealed``: measure and note. ``region_code``: the warning's, by which its township knows
    of the answer.

    ``referral``: a department says that it is not the one that is needed (``declined``), the county names the one
    that is (``redirected``); ``sealed``: the reason.
    """
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
    referral = Table(
        "referral",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        identifier(primary_key=True),
        identifier("warning_id"),
        region_code(),
        word("kind"),
        word("from_org"),
        Column("to_org", Text),
        sealed(),
        word("entered_by"),
        instant("entered_at"),
        CheckConstraint("kind IN ('declined', 'redirected')", name="kind"),
        ForeignKeyConstraint(
            ["county_code", "cycle", "warning_id"],
            ["warning.warning.county_code", "warning.warning.cycle", "warning.warning.id"],
            ondelete="RESTRICT",
        ),
        postgresql_partition_by="LIST (cycle)",
    )
    Index("ix_referral_warning", referral.c.county_code, referral.c.cycle, referral.c.warning_id)
