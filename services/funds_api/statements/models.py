"""Tables of bank statements."""

from sqlalchemy import Column, Date, ForeignKeyConstraint, Index, Integer, MetaData, Table, UniqueConstraint

from shared.db.types import county_code, identifier, instant, money, region_code, sealed, word


def statement_tables(metadata: MetaData) -> None:
    """``bank_statement_line``: one posting, by the bank's own number (``reference``), which comes once. ``sealed``:
    payee, account and note. No two lines are of one item."""
    Table(
        "bank_statement",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        instant("received_at"),
        word("received_by"),
    )
    line = Table(
        "bank_statement_line",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        identifier("statement_id"),
        region_code(),
        Column("posted_on", Date, nullable=False),
        money("amount", nullable=False),
        word("reference"),
        sealed(),
        sealed("account_index", nullable=True),
        word("result"),
        word("doubt", nullable=True),
        identifier("suggested_item_id", nullable=True),
        identifier("item_id", nullable=True),
        word("decided_by", nullable=True),
        instant("decided_at", nullable=True),
        Column("version", Integer, nullable=False),
        UniqueConstraint("county_code", "reference"),
        UniqueConstraint("county_code", "item_id"),
        ForeignKeyConstraint(
            ["county_code", "statement_id"], ["funds.bank_statement.county_code", "funds.bank_statement.id"]
        ),
    )
    Index(None, line.c.county_code, line.c.statement_id, line.c.id)
