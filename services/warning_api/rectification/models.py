"""Tables of problems: what was found, who answers for which part of it, and what they did."""

from sqlalchemy import (
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)

from shared.db.types import (
    county_code,
    document,
    identifier,
    instant,
    region_code,
    sealed,
    word,
    words,
)


def rectification_tables(metadata: MetaData) -> None:
    """``org_code`` stands in every table, so that row-level security can tell a department's own.

    ``problem.sealed``: what was found, in free text; ``source_id`` and ``source_item``: the row of ours that it
    came from (a household of a survey and the question), once.
    """
    problem = Table(
        "problem",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        region_code("township_code", nullable=True),
        Column("org_code", Text),
        word("source"),
        word("source_name"),
        Column("source_level", Text),
        identifier("source_id", nullable=True),
        Column("source_item", Integer),
        Column("found_on", Date, nullable=False),
        identifier("household_id", nullable=True),
        Column("due_on", Date, nullable=False),
        word("state"),
        sealed(),
        word("made_by"),
        instant("made_at"),
        instant("updated_at"),
        instant("closed_at", nullable=True),
        Column("version", Integer, nullable=False),
    )
    columns = problem.c
    Index("ix_problem_township", columns.county_code, columns.township_code, columns.id)
    Index("ix_problem_org", columns.county_code, columns.org_code, columns.id)
    Index(
        "uq_problem_source",
        columns.county_code,
        columns.source_id,
        columns.source_item,
        unique=True,
        postgresql_where=text("source_id IS NOT NULL AND state <> 'withdrawn'"),
    )
    part = Table(
        "problem_part",
        metadata,
        county_code(primary_key=True),
        identifier("problem_id", primary_key=True),
        word("party", primary_key=True),
        region_code(),
        Column("org_code", Text),
        word("state"),
        Column("due_on", Date, nullable=False),
        Column("rectified_by", Text),
        instant("rectified_at", nullable=True),
        Column("accepted_by", Text),
        instant("accepted_at", nullable=True),
        Column("returns", Integer, nullable=False),
        Column("told_overdue_on", Date),
        _of_problem(),
    )
    Index(
        "ix_problem_part_due",
        part.c.county_code,
        part.c.due_on,
        postgresql_where=text("state IN ('assigned', 'returned')"),
    )
    step = Table(
        "problem_step",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        identifier("problem_id"),
        word("party"),
        region_code(),
        Column("org_code", Text),
        word("state"),
        sealed(nullable=True),
        word("made_by"),
        instant("made_at"),
        _of_problem(),
    )
    Index("ix_problem_step_problem", step.c.county_code, step.c.problem_id, step.c.id)
    _recheck_tables(metadata)


def _recheck_tables(metadata: MetaData) -> None:
    Table(
        "problem_recheck",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        word("seed"),
        document("asked"),
        words("strata"),
        document("drawn"),
        word("made_by"),
        instant("made_at"),
    )
    Table(
        "problem_recheck_item",
        metadata,
        county_code(primary_key=True),
        identifier("recheck_id", primary_key=True),
        identifier("problem_id", primary_key=True),
        region_code(),
        Column("org_code", Text),
        word("stratum"),
        Column("position", Integer, nullable=False),
        Column("result", Text),
        sealed(nullable=True),
        Column("checked_by", Text),
        instant("checked_at", nullable=True),
        ForeignKeyConstraint(
            ["county_code", "recheck_id"],
            ["warning.problem_recheck.county_code", "warning.problem_recheck.id"],
            ondelete="RESTRICT",
        ),
        _of_problem(),
    )


def _of_problem() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["county_code", "problem_id"],
        ["warning.problem.county_code", "warning.problem.id"],
        ondelete="RESTRICT",
    )
