"""The table of visits: each answer is a new entry, none is changed."""

from sqlalchemy import Column, Date, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.warning_api.dispatch.models import task_that_exists
from shared.db.types import (
    county_code,
    cycle_column,
    document,
    identifier,
    instant,
    money,
    region_code,
    sealed,
    word,
    words,
)


def verification_tables(metadata: MetaData) -> None:
    """Of a task that was answered several times the last row counts; the others stay.

    ``sealed``: who visited, the note, and the address of somebody who is to be registered; ``register_as``:
    the household type that they are registered with. ``version``: of the task as the answer knew it, null where the
    item did not say; ``row_key``: the key of the row of a pulled sheet that it came by.
    """
    visit = Table(
        "verification",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        identifier(primary_key=True),
        identifier("task_id"),
        region_code(),
        word("outcome"),
        Column("visited_on", Date, nullable=False),
        Column("needs_org", Text),
        document("clue_outcomes"),
        words("risk_types"),
        money("per_capita_income"),
        Column("guarantees", JSONB),
        Column("register_as", Text),
        sealed(),
        word("verified_by"),
        instant("verified_at"),
        Column("row_key", Text),
        Column("version", Integer),
        task_that_exists(),
        postgresql_partition_by="LIST (cycle)",
    )
    Index("ix_verification_task", visit.c.county_code, visit.c.cycle, visit.c.task_id)
