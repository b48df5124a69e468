"""Monitoring cases and every step they took."""

from sqlalchemy import Column, Date, ForeignKeyConstraint, Index, Integer, MetaData, Table, text

from shared.db.types import (
    county_code,
    document,
    identifier,
    instant,
    money,
    region_code,
    sealed,
    word,
    words,
)


def monitoring_tables(metadata: MetaData) -> None:
    case = Table(
        "monitoring_case",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        identifier("household_id"),
        word("state"),
        # Empty until approval decides it.
        word("monitoring_type"),
        words("risk_types"),
        identifier("source_task_id", nullable=True),
        money("per_capita_income", nullable=True),
        document("guarantees", nullable=True),
        sealed("note", nullable=True),
        Column("due_on", Date, nullable=False),
        word("submitted_by", nullable=True),
        word("opened_by"),
        instant("opened_at"),
        Column("version", Integer, nullable=False),
        ForeignKeyConstraint(["county_code", "household_id"], ["household.county_code", "household.id"]),
    )
    Index(None, case.c.county_code, case.c.region_code, case.c.id)
    Index(
        "uq_monitoring_case_open",
        case.c.county_code,
        case.c.household_id,
        unique=True,
        postgresql_where=text("state NOT IN ('rejected', 'eliminated')"),
    )
    Index(None, case.c.county_code, case.c.household_id)
    Index(
        "uq_monitoring_case_source_task_id",
        case.c.county_code,
        case.c.source_task_id,
        unique=True,
        postgresql_where=text("source_task_id IS NOT NULL"),
    )
    Table(
        "case_transition",
        metadata,
        county_code(primary_key=True),
        identifier("case_id", primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        region_code(),
        word("state"),
        sealed("reason", nullable=True),
        word("made_by"),
        instant("made_at"),
        ForeignKeyConstraint(
            ["county_code", "case_id"], ["monitoring_case.county_code", "monitoring_case.id"]
        ),
    )
