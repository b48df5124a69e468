"""The tables of counts: totals, what waits, and the entries that are still to be added."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Date, Integer, MetaData, Table, Text

from services.warning_api.counting.columns import COUNTS, STEPS
from shared.db.types import county_code, cycle_column, identifier, region_code, word


def counting_tables(metadata: MetaData) -> None:
    """A cell is a township (the county where none is known) with department, indicator and household type, or a
    village (``level``) with the department alone. ``counted``: warnings, or tasks, which have no department.

    ``took_0`` …: how many were verified within which step of days (rules.STEPS). ``waits_for``: the township's visit
    or the department's answer. A row of ``loop_delta`` is added to its cell's total sooner or later, ``waiting`` and
    ``took`` to the total of its ``due_on`` or ``step``.
    """
    Table(
        "loop_count", metadata, *_cell(), *_numbers(COUNTS), *_numbers(f"took_{n}" for n in range(len(STEPS)))
    )
    Table(
        "loop_due",
        metadata,
        *_cell(),
        word("waits_for", primary_key=True),
        Column("due_on", Date, primary_key=True),
        *_numbers(["waiting"]),
    )
    Table(
        "loop_delta",
        metadata,
        *_cell(identifier("entry", primary_key=True), Column("place", Integer, primary_key=True)),
        Column("waits_for", Text),
        Column("due_on", Date),
        Column("step", Integer),
        *_numbers([*COUNTS, "waiting", "took"]),
    )


def _cell(*own_key: Column[Any]) -> list[Column[Any]]:
    """The columns of a cell, which are the key unless the table has one of its own."""
    key: dict[str, Any] = {"primary_key": not own_key}
    return [
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        *own_key,
        word("counted", **key),
        word("level", **key),
        region_code(**key),
        word("org_code", **key),
        word("indicator", **key),
        word("household_type", **key),
    ]


def _numbers(names: Iterable[str]) -> list[Column[Any]]:
    return [Column(name, Integer, nullable=False) for name in names]
