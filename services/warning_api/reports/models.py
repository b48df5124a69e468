"""Villages' codes, receipts of self-reports, townships' routine checks."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from shared.db.types import county_code, cycle_column, identifier, instant, region_code, sealed, word


def report_tables(metadata: MetaData) -> None:
    """``report_code``: a village's code by its digest. ``self_report``: a receipt; who reports what stands sealed in
    the warnings of its batch, ``content_index`` is a blind index of all of it. ``report_count``: how often something
    (a blind index of an address, a code) came in an hour."""
    code = Table(
        "report_code",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        Column("digest", LargeBinary, nullable=False),
        Column("expires_on", Date, nullable=False),
        word("made_by"),
        instant("made_at"),
        Column("revoked_by", Text),
        instant("revoked_at", nullable=True),
    )
    Index("ix_report_code_region_code", code.c.county_code, code.c.region_code)
    Table(
        "report_count",
        metadata,
        county_code(primary_key=True),
        Column("counted", LargeBinary, primary_key=True),
        Column("hour", DateTime(timezone=True), primary_key=True),
        Column("times", Integer, nullable=False),
    )
    report = Table(
        "self_report",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        cycle_column(),
        region_code(),
        word("receipt_no"),
        identifier("batch_id"),
        Column("content_index", LargeBinary, nullable=False),
        identifier("code_id", nullable=True),
        word("reported_by"),
        instant("reported_at"),
        UniqueConstraint("county_code", "receipt_no"),
    )
    Index("ix_self_report_content_index", report.c.county_code, report.c.cycle, report.c.content_index)
    _routine_checks(metadata)


def _routine_checks(metadata: MetaData) -> None:
    """``routine_check``: the latest version counts; ``sealed``: the note. ``superseded_at``: when a screening of the
    month showed that a zero report was none."""
    Table(
        "routine_check",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        region_code("township_code", primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        identifier(),
        Column("checked_on", Date, nullable=False),
        Column("villages", Integer, nullable=False),
        Column("households_visited", Integer, nullable=False),
        Column("found", Integer, nullable=False),
        Column("late", Boolean, nullable=False),
        sealed(nullable=True),
        word("reported_by"),
        instant("reported_at"),
        instant("superseded_at", nullable=True),
    )
    Table(
        "routine_check_reminder",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        region_code("township_code", primary_key=True),
        Column("due_on", Date, primary_key=True),
        instant("reminded_at"),
    )
