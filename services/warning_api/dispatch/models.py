"""Tables of verification tasks."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from shared.db.types import (
    changed_in,
    county_code,
    cycle_column,
    identifier,
    instant,
    region_code,
    sealed,
    word,
    words,
)


def task_that_exists() -> ForeignKeyConstraint:
    """Of a table with ``county_code``, ``cycle`` and ``task_id``."""
    return ForeignKeyConstraint(
        ["county_code", "cycle", "task_id"],
        [f"warning.verification_task.{column}" for column in ("county_code", "cycle", "id")],
        ondelete="RESTRICT",
    )


def dispatch_tables(metadata: MetaData) -> None:
    """``subject_key``: a blind index of the household, or of the person who is not registered.

    ``content_version``: the version since which an answer takes in all there is; receipts and extensions
    do not raise it, so that a list that was pulled before them can still be answered. ``changed_in`` is the
    transaction that changed the task last, ``content_changed_in`` the one that raised ``content_version`` last.
    ``assignee``: the official of the village who makes the visit. ``accepted_by``: who has reviewed the feedback,
    null where it was accepted by rule. ``extension``: ``requested``, ``granted`` or ``refused``, null where nobody
    has asked for more time; ``extension_due_on``: until when the county decides.
    """
    task = Table(
        "verification_task",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        identifier(primary_key=True),
        Column("subject_key", LargeBinary, nullable=False),
        Column("follow_up", Integer, nullable=False),
        region_code("township_code", nullable=True),
        region_code(),
        identifier("household_id", nullable=True),
        identifier("person_id", nullable=True),
        Column("household_type", Text),
        sealed(),
        words("origins"),
        Column("urgent", Boolean, nullable=False),
        word("state"),
        instant("dispatched_at", nullable=True),
        Column("due_on", Date, nullable=False),
        Column("extended", Boolean, nullable=False),
        instant("received_at", nullable=True),
        instant("verified_at", nullable=True),
        instant("accepted_at", nullable=True),
        instant("closed_at", nullable=True),
        Column("outcome", Text),
        identifier("case_id", nullable=True),
        Column("case_refused", Text),
        instant("created_at"),
        instant("updated_at"),
        Column("version", Integer, nullable=False),
        Column("content_version", Integer, nullable=False),
        changed_in(),
        changed_in("content_changed_in"),
        Column("assignee", Text),
        Column("accepted_by", Text),
        Column("extension", Text),
        Column("extension_due_on", Date),
        UniqueConstraint("county_code", "cycle", "subject_key", "follow_up"),
        postgresql_partition_by="LIST (cycle)",
    )
    columns = task.c
    Index(
        "ix_verification_task_township",
        columns.county_code,
        columns.cycle,
        columns.township_code,
        columns.id,
    )
    Index(
        "ix_verification_task_changed",
        columns.county_code,
        columns.changed_in,
        columns.id,
        columns.township_code,
    )
    Index(
        "ix_verification_task_due",
        columns.county_code,
        columns.due_on,
        columns.id,
        postgresql_where=text("accepted_at IS NULL"),
    )
    entry = Table(
        "task_entry",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        identifier(primary_key=True),
        identifier("task_id"),
        region_code(),
        word("kind"),
        sealed(),
        word("entered_by"),
        instant("entered_at"),
        task_that_exists(),
        postgresql_partition_by="LIST (cycle)",
    )
    Index("ix_task_entry_task", entry.c.county_code, entry.c.cycle, entry.c.task_id)
    Table(
        "list_receipt",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        region_code("township_code", primary_key=True),
        word("received_by"),
        instant("received_at"),
    )
    Table(
        "list_pull",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        region_code(primary_key=True),
        identifier(primary_key=True),
        word("snapshot"),
        word("pulled_by"),
        instant("pulled_at"),
    )
