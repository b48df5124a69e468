"""Tables of re-checks."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
)

from shared.db.types import (
    county_code,
    cycle_column,
    document,
    identifier,
    instant,
    region_code,
    word,
    words,
)


def recheck_tables(metadata: MetaData) -> None:
    """``population``: how many tasks each stratum had when it was drawn; ``population_sha256``: of their ids in
    order, a line each, so that a drawing can be told to be of the same tasks. A task is drawn once a cycle;
    ``recheck_task_id`` is its second visit, ``agreed`` what became of it."""
    Table(
        "recheck",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        identifier(primary_key=True),
        word("seed"),
        Column("seed_given", Boolean, nullable=False),
        Column("share", Numeric(7, 6), nullable=False),
        words("strata"),
        document("population"),
        Column("population_sha256", LargeBinary, nullable=False),
        word("drawn_by"),
        instant("drawn_at"),
    )
    sample = Table(
        "recheck_sample",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        identifier("task_id", primary_key=True),
        identifier("recheck_id"),
        identifier("recheck_task_id"),
        region_code(),
        word("stratum"),
        word("first_outcome"),
        Column("outcome", Text),
        Column("agreed", Boolean),
        instant("judged_at", nullable=True),
        ForeignKeyConstraint(
            ["county_code", "cycle", "recheck_id"],
            ["warning.recheck.county_code", "warning.recheck.cycle", "warning.recheck.id"],
            ondelete="RESTRICT",
        ),
        postgresql_partition_by="LIST (cycle)",
    )
    Index("ix_recheck_sample_recheck", sample.c.county_code, sample.c.cycle, sample.c.recheck_id)
    Index("ix_recheck_sample_task", sample.c.county_code, sample.c.recheck_task_id)
