"""Payments, what settles those that were outstanding, and their reversals: entries that are only added."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
)

from shared.db.types import county_code, identifier, instant, money, region_code, sealed, word


def payment_tables(metadata: MetaData) -> None:
    """``payment``: a reversal is an entry with the negative amount; no payment has two. ``settles``: the
    outstanding payment that a release or a unit's payment uses up. ``use``: where the money is then;
    ``paid`` alone counts as spent.

    ``payment_share``: how much of it each allocation gives. ``outstanding_payment``: retention money and transfers, and
    how much of each has been settled. The payee may be a natural person: sealed.
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
        word("payee_kind"),
        word("use"),
        Column("rule_version", Integer, nullable=True),
        identifier("contract_id", nullable=True),
        identifier("settles", nullable=True),
        UniqueConstraint("county_code", "reversal_of"),
        ForeignKeyConstraint(
            ["county_code", "project_id"], ["funds.project.county_code", "funds.project.id"]
        ),
        ForeignKeyConstraint(
            ["county_code", "contract_id"], ["funds.contract.county_code", "funds.contract.id"]
        ),
        _to_payment("reversal_of"),
        _to_payment("settles"),
        CheckConstraint("(amount > 0) = (reversal_of IS NULL) AND amount <> 0", name="sign"),
    )
    Index(None, payment.c.county_code, payment.c.project_id, payment.c.id)
    Index(None, payment.c.county_code, payment.c.contract_id)
    Index(None, payment.c.county_code, payment.c.settles)
    Table(
        "payment_share",
        metadata,
        county_code(primary_key=True),
        identifier("payment_id", primary_key=True),
        identifier("allocation_id", primary_key=True),
        region_code(),
        money("amount", nullable=False),
        _to_payment("payment_id"),
    )
    Table(
        "outstanding_payment",
        metadata,
        county_code(primary_key=True),
        identifier("payment_id", primary_key=True),
        region_code(),
        money("amount", nullable=False),
        money("settled", nullable=False),
        _to_payment("payment_id"),
        CheckConstraint("settled >= 0 AND settled <= amount", name="settled"),
    )


def _to_payment(column: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["county_code", column], ["funds.payment.county_code", "funds.payment.id"])
