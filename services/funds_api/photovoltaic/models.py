"""Photovoltaic stations, their settlements, and how their income is shared out."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    UniqueConstraint,
    text,
)

from shared.db.types import county_code, identifier, instant, money, region_code, word


def photovoltaic_tables(metadata: MetaData) -> None:
    """``station_balance`` holds what has been received, planned and paid: its CHECK lets nothing be planned that has
    not been received. Settlements and payments are only added to. Households are ids; no name stands here."""
    station = Table(
        "station",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        word("grid_no"),
        word("name"),
        Column("capacity_kw", Numeric(12, 2), nullable=False),
        Column("connected_on", Date, nullable=False),
        identifier("project_id", nullable=True),
        identifier("asset_id", nullable=True),
        instant("created_at"),
        word("created_by"),
        UniqueConstraint("county_code", "grid_no", name="uq_station_county_code_grid_no"),
        ForeignKeyConstraint(
            ["county_code", "project_id"], ["funds.project.county_code", "funds.project.id"]
        ),
        ForeignKeyConstraint(["county_code", "asset_id"], ["funds.asset.county_code", "funds.asset.id"]),
        CheckConstraint("capacity_kw > 0", name="capacity_kw"),
    )
    Index(None, station.c.county_code, station.c.asset_id)
    Table(
        "station_balance",
        metadata,
        county_code(primary_key=True),
        identifier("station_id", primary_key=True),
        region_code(),
        money("received", nullable=False),
        money("planned", nullable=False),
        money("paid", nullable=False),
        _of_station(),
        CheckConstraint("paid >= 0 AND paid <= planned AND planned <= received", name="planned"),
    )
    settlement = Table(
        "station_settlement",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        identifier("station_id"),
        word("month"),
        Column("generation_kwh", Numeric(14, 2), nullable=False),
        money("amount", nullable=False),
        Column("received_on", Date, nullable=False),
        word("document_no"),
        identifier("adjusts", nullable=True),
        word("reason", nullable=True),
        instant("created_at"),
        word("created_by"),
        _of_station(),
        CheckConstraint("adjusts IS NOT NULL OR amount >= 0 AND generation_kwh >= 0", name="amount"),
    )
    Index(
        "uq_station_settlement_month",
        settlement.c.county_code,
        settlement.c.station_id,
        settlement.c.month,
        unique=True,
        postgresql_where=text("adjusts IS NULL"),
    )
    Index(None, settlement.c.county_code, settlement.c.station_id)
    _distributions(metadata)


def _distributions(metadata: MetaData) -> None:
    distribution = Table(
        "distribution",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        identifier("station_id"),
        word("from_month"),
        word("to_month"),
        word("document_no"),
        word("state"),
        word("closed_because", nullable=True),
        instant("closed_at", nullable=True),
        word("closed_by", nullable=True),
        Column("version", Integer, nullable=False),
        instant("created_at"),
        word("created_by"),
        _of_station(),
    )
    Index(None, distribution.c.county_code, distribution.c.station_id)
    Table(
        "distribution_share",
        metadata,
        county_code(primary_key=True),
        identifier("distribution_id", primary_key=True),
        word("use", primary_key=True),
        region_code(),
        money("amount", nullable=False),
        money("paid", nullable=False),
        _of_distribution(),
        CheckConstraint("paid >= 0 AND paid <= amount", name="paid"),
    )
    Table(
        "distribution_post",
        metadata,
        county_code(primary_key=True),
        identifier("distribution_id", primary_key=True),
        word("post", primary_key=True),
        region_code(),
        identifier("household_id"),
        money("amount", nullable=False),
        money("paid", nullable=False),
        _of_distribution(),
        CheckConstraint("paid >= 0 AND paid <= amount", name="paid"),
    )
    payment = Table(
        "income_payment",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        identifier("station_id"),
        identifier("distribution_id"),
        word("use"),
        word("paid_for"),
        Column("attempt", Integer, nullable=False),
        identifier("household_id", nullable=True),
        word("post", nullable=True),
        word("month", nullable=True),
        money("amount", nullable=False),
        Column("paid_on", Date, nullable=False),
        word("document_no", nullable=True),
        word("reference", nullable=True),
        identifier("reversal_of", nullable=True),
        word("reason", nullable=True),
        instant("created_at"),
        word("created_by"),
        _of_station(),
        _of_distribution(),
        CheckConstraint("(amount > 0) = (reversal_of IS NULL) AND amount <> 0", name="amount"),
    )
    Index(
        "uq_income_payment_paid_for",
        payment.c.county_code,
        payment.c.station_id,
        payment.c.paid_for,
        payment.c.attempt,
        unique=True,
        postgresql_where=text("reversal_of IS NULL"),
    )
    Index(
        "uq_income_payment_county_code_reversal_of", payment.c.county_code, payment.c.reversal_of, unique=True
    )
    Index(None, payment.c.county_code, payment.c.distribution_id)


def _of_station() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["county_code", "station_id"], ["funds.station.county_code", "funds.station.id"]
    )


def _of_distribution() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["county_code", "distribution_id"], ["funds.distribution.county_code", "funds.distribution.id"]
    )
