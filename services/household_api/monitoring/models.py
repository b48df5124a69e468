"""Monitoring cases, every step they took and what they rest on."""

from typing import Any

from sqlalchemy import (
    Boolean,
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


def _day(name: str, *, nullable: bool = True) -> Column[Any]:
    return Column(name, Date, nullable=nullable)


def _of_case() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["county_code", "case_id"], ["monitoring_case.county_code", "monitoring_case.id"]
    )


def monitoring_tables(metadata: MetaData) -> None:
    _case_tables(metadata)
    _course_tables(metadata)
    _cross_check_tables(metadata)


def _case_tables(metadata: MetaData) -> None:
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
        # By when the county decides, counted from the clue or the relapse.
        _day("due_on", nullable=False),
        word("submitted_by", nullable=True),
        word("opened_by"),
        instant("opened_at"),
        Column("version", Integer, nullable=False),
        # 1, and one more with every relapse.
        Column("period", Integer, nullable=False),
        Column("green_channel", Boolean, nullable=False),
        # Decided by an earlier year's income line, because the year's was not issued yet.
        Column("provisional", Boolean, nullable=False),
        words("disaster_kinds"),
        money("income_line", nullable=True),
        _day("approved_on"),
        _day("notice_from"),
        _day("notice_until"),
        # Of the clocks that run, the first to strike.
        _day("next_due_on"),
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
        None,
        case.c.county_code,
        case.c.next_due_on,
        case.c.id,
        postgresql_where=text("next_due_on IS NOT NULL"),
    )
    Index(
        None,
        case.c.county_code,
        case.c.notice_until,
        case.c.region_code,
        postgresql_where=text("state = 'noticed'"),
    )
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
        # Where the household lived then; region_code goes with the household.
        region_code("place_code"),
        # What was shown for the step: may name people.
        sealed("evidence", nullable=True),
        # What the decision rested on: parameters with their versions, days, counts.
        document("basis", nullable=True),
        _of_case(),
    )


def _course_tables(metadata: MetaData) -> None:
    Table(
        "case_period",
        metadata,
        county_code(primary_key=True),
        identifier("case_id", primary_key=True),
        Column("period", Integer, primary_key=True, autoincrement=False),
        region_code(),
        _day("started_on", nullable=False),
        _day("identified_on"),
        word("monitoring_type"),
        _day("eliminated_on"),
        # Empty, measured or natural.
        word("elimination_kind"),
        _of_case(),
    )
    clock = Table(
        "case_clock",
        metadata,
        county_code(primary_key=True),
        identifier("case_id", primary_key=True),
        Column("period", Integer, primary_key=True, autoincrement=False),
        word("kind", primary_key=True),
        region_code(),
        _day("set_on", nullable=False),
        _day("due_on", nullable=False),
        _day("stopped_on"),
        # When it was told that it had struck.
        instant("told_at", nullable=True),
        _of_case(),
    )
    Index(
        None,
        clock.c.county_code,
        clock.c.due_on,
        postgresql_where=text("stopped_on IS NULL AND told_at IS NULL"),
    )
    objection = Table(
        "case_objection",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        identifier("case_id"),
        region_code(),
        # The step that put the notice up.
        Column("notice_version", Integer, nullable=False),
        _day("raised_on", nullable=False),
        sealed("objection"),
        # Empty, upheld or dismissed.
        word("finding"),
        sealed("answer", nullable=True),
        word("recorded_by"),
        instant("recorded_at"),
        word("answered_by", nullable=True),
        instant("answered_at", nullable=True),
        _of_case(),
    )
    Index(None, objection.c.county_code, objection.c.case_id)


def _cross_check_tables(metadata: MetaData) -> None:
    Table(
        "cross_check",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        word("source"),
        _day("checked_on", nullable=False),
        sealed("content_sha256"),
        *(Column(name, Integer, nullable=False) for name in ("received", "matched", "unmatched", "rejected")),
        document("rejects"),
        word("made_by"),
        instant("made_at"),
        UniqueConstraint("county_code", "source", "checked_on", "content_sha256"),
    )
    finding = Table(
        "cross_check_finding",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        identifier("check_id"),
        region_code(),
        identifier("household_id"),
        identifier("person_id"),
        word("kind"),
        word("source"),
        _day("found_on", nullable=False),
        sealed("found"),
        ForeignKeyConstraint(["county_code", "check_id"], ["cross_check.county_code", "cross_check.id"]),
    )
    Index(None, finding.c.county_code, finding.c.household_id)
