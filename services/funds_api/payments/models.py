"""Payments and their reversals, both entries that are only added."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
)

from shared.db.types import county_code, identifier, instant, money, region_code, sealed, word


def payment_tables(metadata: MetaData) -> None:
    """``payment``: a reversal is an entry with the negative amount; no payment has two.

    ``payment_share``: how much of it each allocation gives. The payee may be a natural person: sealed.
    """
    payment = Table(
        "payment",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        identifier("project_id"),
        money("amount", nullable=False),
        Column("paid_on", Date, nullable=False),
        sealed("payee_sealed"),
        word("reference", nullable=True),
        Column("retention", Boolean, nullable=False),
        identifier("reversal_of", nullable=True),
        word("reason", nullable=True),
        instant("created_at"),
        word("created_by"),
        UniqueConstraint("county_code", "reversal_of"),
        ForeignKeyConstraint(
            ["county_code", "project_id"], ["funds.project.county_code", "funds.project.id"]
        ),
        ForeignKeyConstraint(
            ["county_code", "reversal_of"], ["funds.payment.county_code", "funds.payment.id"]
        ),
        CheckConstraint("(amount > 0) = (reversal_of IS NULL) AND amount <> 0", name="sign"),
    )
    Index(None, payment.c.county_code, payment.c.project_id, payment.c.id)
    Table(
        "payment_share",
        metadata,
        county_code(primary_key=True),
        identifier("payment_id", primary_key=True),
        identifier("allocation_id", primary_key=True),
        region_code(),
        money("amount", nullable=False),
        ForeignKeyConstraint(
            ["county_code", "payment_id"], ["funds.payment.county_code", "funds.payment.id"]
        ),
    )
