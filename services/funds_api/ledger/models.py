"""The ledger: one row is one booking, from the credited account to the debited one."""

from sqlalchemy import CheckConstraint, Column, Date, Index, Integer, MetaData, Table, text

from shared.db.types import county_code, identifier, instant, money, region_code, word


def ledger_tables(metadata: MetaData) -> None:
    """``ledger_entry``, only added to. Debit and credit share one amount: nothing can be unbalanced.

    ``dated_on`` is the day in whose year an entry counts, ``booked_at`` when it was written. ``budget_year``
    says which years are closed, ``ledger_finding`` which balances a recount found to differ.
    """
    entry = Table(
        "ledger_entry",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        instant("booked_at"),
        word("document_kind"),
        identifier("document_id"),
        word("debit_account"),
        word("credit_account"),
        money("amount", nullable=False),
        Column("dated_on", Date, nullable=False),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("debit_account <> credit_account", name="accounts"),
    )
    Index(None, entry.c.county_code, entry.c.document_id)
    Index(None, entry.c.county_code, entry.c.dated_on)
    Table(
        "budget_year",
        metadata,
        county_code(primary_key=True),
        Column("year", Integer, primary_key=True, autoincrement=False),
        word("state"),
        word("document_no", nullable=True),
        word("requested_by", nullable=True),
        instant("requested_at", nullable=True),
        word("closed_by", nullable=True),
        instant("closed_at", nullable=True),
        Column("version", Integer, nullable=False),
        CheckConstraint("state IN ('open', 'closing', 'closed')", name="state"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("closed_by <> requested_by", name="two_people"),
    )
    finding = Table(
        "ledger_finding",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        word("kind"),
        word("subject"),
        money("kept", nullable=True),
        money("counted", nullable=True),
        instant("found_at"),
        instant("last_found_at"),
        instant("resolved_at", nullable=True),
    )
    Index(
        "uq_ledger_finding_county_code_kind_subject",
        finding.c.county_code,
        finding.c.kind,
        finding.c.subject,
        unique=True,
        postgresql_where=text("resolved_at IS NULL"),
    )
