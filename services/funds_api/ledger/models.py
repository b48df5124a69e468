"""The ledger: one row is one booking, from the credited account to the debited one."""

from sqlalchemy import CheckConstraint, Index, MetaData, Table

from shared.db.types import county_code, identifier, instant, money, region_code, word


def ledger_tables(metadata: MetaData) -> None:
    """``ledger_entry``, only added to. Debit and credit share one amount: nothing can be unbalanced."""
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
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("debit_account <> credit_account", name="accounts"),
    )
    Index(None, entry.c.county_code, entry.c.document_id)
