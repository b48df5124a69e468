"""The table of warnings, partitioned by cycle."""

from sqlalchemy import (
    CHAR,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

from shared.db.types import (
    changed_in,
    county_code,
    cycle_column,
    identifier,
    instant,
    money,
    region_code,
    sealed,
    word,
)


def filing_tables(metadata: MetaData) -> None:
    """Of a warning, what was filed never changes; from ``state`` on stands what the loop makes of it.

    ``region_code`` is as filed (the county's where none was sent); ``matched_region_code`` where the
    household was found, by which townships see it. A record is unique in its department and cycle until it
    is withdrawn: then it may be filed anew. ``withdrawn_at``: when a withdrawal closed it. ``entries``:
    how many rows of ``warning_entry`` correct or withdraw it (policy.md, The loop, 4), null for none.
    ``declined_on``: since when the department that is needed says that it is not the one; ``referrals``: how many
    rows of ``referral`` there are. ``outcome_changed_in``, ``_at``: what its department has to be told last.
    """
    Table(
        "filing_counter",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        word("org_code", primary_key=True),
        Column("last", BigInteger, nullable=False),
    )
    warning = Table(
        "warning",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        identifier(primary_key=True),
        identifier("batch_id"),
        word("org_code"),
        word("source_record_id"),
        Column("filing_seq", BigInteger, nullable=False),
        Column("line", Integer, nullable=False),
        word("indicator"),
        Column("occurred_on", Date, nullable=False),
        money("amount"),
        region_code(),
        Column("id_index", LargeBinary),
        sealed(),
        instant("filed_at"),
        word("state"),
        Column("match", Text),
        region_code("matched_region_code"),
        identifier("household_id", nullable=True),
        identifier("person_id", nullable=True),
        Column("household_type", Text),
        Column("monitoring_type", Text),
        Column("below_threshold", Boolean),
        Column("earlier_cycle", CHAR(7, collation="C")),
        identifier("earlier_id", nullable=True),
        identifier("task_id", nullable=True),
        Column("outcome", Text),
        Column("needs_org", Text),
        Column("decided_on", Date),
        Column("answer_due_on", Date),
        instant("closed_at", nullable=True),
        instant("withdrawn_at", nullable=True),
        Column("entries", Integer),
        Column("declined_on", Date),
        Column("referrals", Integer),
        changed_in("outcome_changed_in", nullable=True, server_default=None),
        instant("outcome_changed_at", nullable=True),
        postgresql_partition_by="LIST (cycle)",
    )
    columns = warning.c
    Index(
        "uq_warning_record",
        columns.county_code,
        columns.cycle,
        columns.org_code,
        columns.source_record_id,
        unique=True,
        postgresql_where=text("withdrawn_at IS NULL"),
    )
    Index(
        "ix_warning_batch",
        columns.county_code,
        columns.cycle,
        columns.batch_id,
        columns.id,
    )
    Index("ix_warning_task", columns.county_code, columns.cycle, columns.task_id)
    Index(
        "ix_warning_answer_due",
        columns.county_code,
        columns.answer_due_on,
        columns.id,
        postgresql_where=text("answer_due_on IS NOT NULL AND closed_at IS NULL"),
    )
    Index(
        "ix_warning_outcome_changed",
        columns.county_code,
        columns.outcome_changed_in,
        columns.id,
        postgresql_where=text("outcome_changed_in IS NOT NULL"),
    )
    entry = Table(
        "warning_entry",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        identifier(primary_key=True),
        identifier("warning_id"),
        word("org_code"),
        word("kind"),
        sealed(),
        word("entered_by"),
        instant("entered_at"),
        CheckConstraint("kind IN ('correction', 'withdrawal')", name="kind"),
        ForeignKeyConstraint(
            ["county_code", "cycle", "warning_id"],
            ["warning.warning.county_code", "warning.warning.cycle", "warning.warning.id"],
            ondelete="RESTRICT",
        ),
        postgresql_partition_by="LIST (cycle)",
    )
    Index("ix_warning_entry_warning", entry.c.county_code, entry.c.cycle, entry.c.warning_id)
