"""The table of overdue steps: once for each step, due day and level."""

from sqlalchemy import Column, Date, Index, MetaData, Table, text

from shared.db.types import county_code, cycle_column, identifier, instant, region_code, word


def escalation_tables(metadata: MetaData) -> None:
    """``subject``: ``task/<id>``, ``warning/<id>`` or ``list/<township>``; ``org_code``: the department that is
    waited for, empty where it is a township or the county. ``settled_at``: when it was seen that the step is done or
    its day has moved."""
    step = Table(
        "overdue_step",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        word("step", primary_key=True),
        word("subject", primary_key=True),
        Column("due_on", Date, primary_key=True),
        word("level", primary_key=True),
        region_code(),
        word("org_code"),
        identifier("task_id", nullable=True),
        identifier("warning_id", nullable=True),
        instant("reached_at"),
        instant("settled_at", nullable=True),
        postgresql_partition_by="LIST (cycle)",
    )
    Index(
        "ix_overdue_step_open",
        step.c.county_code,
        step.c.due_on,
        step.c.step,
        step.c.subject,
        step.c.level,
        postgresql_where=text("settled_at IS NULL"),
    )
