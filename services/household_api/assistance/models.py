"""Plans, measures, obstacles, elimination checks and marks: every state of them, none written over.

A row is a version: the highest is what holds now. Only the region moves with the household.
"""

from typing import Any

from sqlalchemy import Boolean, Column, Date, ForeignKeyConstraint, Index, Integer, MetaData, Table

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


def _number(name: str, **options: Any) -> Column[int]:
    return Column(name, Integer, nullable=False, autoincrement=False, **options)


def _of_case() -> list[Column[Any]]:
    """Where a row belongs: a case, and the period of its monitoring."""
    return [region_code(), identifier("case_id"), identifier("household_id"), _number("period")]


def _belongs() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["county_code", "case_id"], ["monitoring_case.county_code", "monitoring_case.id"]
    )


def assistance_tables(metadata: MetaData) -> None:
    Table(
        "assistance_plan",
        metadata,
        county_code(primary_key=True),
        identifier("case_id", primary_key=True),
        _number("period", primary_key=True),
        _number("version", primary_key=True),
        region_code(),
        identifier("household_id"),
        word("state"),
        word("labour_ability"),
        words("missing"),
        word("contact_official"),
        word("contact_unit"),
        word("contact_level"),
        # Why a required kind is missing.
        sealed("reason", nullable=True),
        document("parameters_used"),
        word("made_by"),
        instant("made_at"),
        _belongs(),
    )
    measure = Table(
        "assistance_measure",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        _number("version", primary_key=True),
        *_of_case(),
        word("kind"),
        word("org_code"),
        Column("starts_on", Date, nullable=False),
        Column("ends_on", Date),
        money("amount", nullable=True),
        word("state"),
        # Empty until it is known.
        word("effect"),
        # Free text: what is done, and why it stopped.
        sealed(nullable=True),
        word("made_by"),
        instant("made_at"),
        _belongs(),
    )
    Index(None, measure.c.county_code, measure.c.case_id)
    obstacle = Table(
        "case_obstacle",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        _number("version", primary_key=True),
        *_of_case(),
        word("risk_type"),
        word("state"),
        word("org_code"),
        Column("due_on", Date),
        # Free text: the obstacle, the next measure, how it was removed.
        sealed(),
        word("made_by"),
        instant("made_at"),
        _belongs(),
    )
    Index(None, obstacle.c.county_code, obstacle.c.case_id)
    check = Table(
        "elimination_check",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        *_of_case(),
        word("verdict"),
        # Empty where the risk has not ended by itself.
        word("natural_reason"),
        document("criteria"),
        document("parameters_used"),
        Column("provisional", Boolean, nullable=False),
        Column("proposed", Boolean, nullable=False),
        Column("notice_until", Date),
        sealed("reason", nullable=True),
        word("judged_by"),
        instant("judged_at"),
        _belongs(),
    )
    Index(None, check.c.county_code, check.c.case_id)
    mark = Table(
        "national_mark",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        *_of_case(),
        Column("risk_eliminated", Boolean, nullable=False),
        Column("marked_on", Date, nullable=False),
        word("recorded_by"),
        instant("recorded_at"),
        _belongs(),
    )
    Index(None, mark.c.county_code, mark.c.case_id)
