"""Tables of disbursements."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)

from shared.db.types import county_code, identifier, instant, money, region_code, sealed, word


def disbursement_tables(metadata: MetaData) -> None:
    """``disbursement``: a batch as it was declared, and what has become of it. ``disbursement_share``: how much of it
    each allocation gives, and how much of that is paid or given back. ``disbursement_item``: what one household gets,
    with the household as it was on the day ``as_of``; ``sealed``: payee and account, ``account_index`` finds the
    account again. ``bank_instruction``: what the bank side is told, once a batch.
    """
    disbursement = Table(
        "disbursement",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        identifier("project_id", nullable=True),
        identifier("allocation_id", nullable=True),
        Column("count", Integer, nullable=False),
        money("total", nullable=False),
        Column("as_of", Date, nullable=False),
        word("state"),
        Column("paid_count", Integer, nullable=False),
        money("paid_total", nullable=False),
        Column("rejected_count", Integer, nullable=False),
        money("rejected_total", nullable=False),
        word("refusal", nullable=True),
        instant("created_at"),
        word("created_by"),
        instant("decided_at", nullable=True),
        word("decided_by", nullable=True),
        instant("sent_at", nullable=True),
        instant("settled_at", nullable=True),
        Column("version", Integer, nullable=False),
        _to("project_id", "project"),
        _to("allocation_id", "allocation"),
        CheckConstraint("(project_id IS NULL) <> (allocation_id IS NULL)", name="one_origin"),
        CheckConstraint(
            "paid_count >= 0 AND rejected_count >= 0 AND paid_count + rejected_count <= count"
            " AND paid_total >= 0 AND rejected_total >= 0 AND paid_total + rejected_total <= total",
            name="answered",
        ),
    )
    Index(None, disbursement.c.county_code, disbursement.c.project_id)
    Table(
        "disbursement_share",
        metadata,
        county_code(primary_key=True),
        identifier("disbursement_id", primary_key=True),
        identifier("allocation_id", primary_key=True),
        region_code(),
        Column("position", Integer, nullable=False),
        money("amount", nullable=False),
        money("paid", nullable=False),
        money("released", nullable=False),
        _to("disbursement_id", "disbursement"),
        CheckConstraint("paid >= 0 AND released >= 0 AND paid + released <= amount", name="used"),
    )
    _item_table(metadata)
    Table(
        "bank_instruction",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        identifier("disbursement_id"),
        region_code(),
        word("state"),
        Column("attempts", Integer, nullable=False),
        word("last_error", nullable=True),
        instant("made_at"),
        instant("handed_over_at", nullable=True),
        _to("disbursement_id", "disbursement"),
        UniqueConstraint("county_code", "disbursement_id"),
    )


def _item_table(metadata: MetaData) -> None:
    item = Table(
        "disbursement_item",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        identifier("disbursement_id"),
        region_code(),
        Column("position", Integer, nullable=False),
        identifier("household_id"),
        word("household_type"),
        word("monitoring_type", nullable=True),
        word("purpose"),
        word("period"),
        money("amount", nullable=False),
        sealed(),
        sealed("account_index"),
        identifier("corrects", nullable=True),
        word("state"),
        word("reason", nullable=True),
        Column("paid_on", Date),
        word("reference", nullable=True),
        instant("answered_at", nullable=True),
        word("answered_by", nullable=True),
        _to("disbursement_id", "disbursement"),
        CheckConstraint("amount > 0", name="amount"),
    )
    columns = item.c
    Index(
        "uq_disbursement_item_paid_once",
        columns.county_code,
        columns.household_id,
        columns.purpose,
        columns.period,
        unique=True,
        postgresql_where=text("state IN ('waiting', 'paid')"),
    )
    Index(
        "uq_disbursement_item_position",
        columns.county_code,
        columns.disbursement_id,
        columns.position,
        unique=True,
    )
    Index(None, columns.county_code, columns.account_index)


def _to(column: str, table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["county_code", column], [f"funds.{table}.county_code", f"funds.{table}.id"])
