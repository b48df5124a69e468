"""SQL of the statistics: totals, what waits, and the entries that are not yet added, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.engine import RowMapping

from services.warning_api.counting.columns import COUNTS, STEPS
from shared.db import Transaction
from shared.db.narrowing import reach_condition

#: What the rows are by: the level of cells, and an expression over a cell ``c``.
KEYS: Final = {
    "township": ("township", "CASE WHEN length(c.region_code) >= 9 THEN c.region_code ELSE '' END"),
    "village": ("village", "CASE WHEN length(c.region_code) >= 9 THEN c.region_code ELSE '' END"),
    "department": ("township", "c.org_code"),
    "indicator": ("township", "c.indicator"),
    "household_type": ("township", "c.household_type"),
    "month": ("township", "c.cycle::text"),
}


@dataclass(frozen=True, slots=True)
class Cells:
    """Which cells are added up. ``bounds``: a region and all below; ``org``: one department; ``origins``: the only
    organisations whose warnings count; ``not_origins``: those whose do not."""

    cycles: Sequence[str]
    bounds: tuple[str, str] | None = None
    org: str | None = None
    origins: Sequence[str] | None = None
    not_origins: Sequence[str] = ()


_TOOK: Final = tuple(f"took_{step}" for step in range(len(STEPS)))


def _sums(names: Sequence[str]) -> str:
    return ", ".join(f"sum(a.{name})::int AS {name}" for name in names)


#: One row for each key of what was counted: warnings, and tasks.
LOOP: Final = f"""
SELECT a.counted, a.key, min(a.org_code) AS org_code, {_sums(COUNTS)}, sum(a.overdue)::int AS overdue,
    sum(a.answer_overdue)::int AS answer_overdue, ARRAY[{", ".join(f"sum(a.{name})::int" for name in _TOOK)}] AS took
FROM (
    SELECT c.counted, {{key}} AS key, c.org_code, {", ".join(f"c.{name}" for name in COUNTS)}, 0 AS overdue,
        0 AS answer_overdue, {", ".join(f"c.{name}" for name in _TOOK)}
    FROM loop_count c WHERE {{cells}}
    UNION ALL
    SELECT c.counted, {{key}}, c.org_code, {", ".join("0" for _ in COUNTS)},
        CASE WHEN c.waits_for = 'township' THEN c.waiting ELSE 0 END,
        CASE WHEN c.waits_for = 'department' THEN c.waiting ELSE 0 END, {", ".join("0" for _ in _TOOK)}
    FROM loop_due c WHERE {{cells}} AND c.due_on < :today
    UNION ALL
    SELECT c.counted, {{key}}, c.org_code, {", ".join(f"c.{name}" for name in COUNTS)},
        CASE WHEN c.waits_for = 'township' AND c.due_on < :today THEN c.waiting ELSE 0 END,
        CASE WHEN c.waits_for = 'department' AND c.due_on < :today THEN c.waiting ELSE 0 END,
        {", ".join(f"CASE WHEN c.step = {step} THEN c.took ELSE 0 END" for step in range(len(STEPS)))}
    FROM loop_delta c WHERE {{cells}}) a
GROUP BY a.counted, a.key"""


async def loop_counts(tx: Transaction, by: str, wanted: Cells) -> Sequence[RowMapping]:
    """``counted`` (warning or task), ``key``, the counts, what is overdue, and how many took each step of days.
    ``org_code`` is the department of an indicator."""
    level, key = KEYS[by]
    if tx.reach.county is None and by in ("township", "village"):
        key = "c.region_code"  # of several counties, each has what stands in no township of its own
    conditions, values = _narrowed(tx, "c.region_code", wanted)
    conditions.append("c.level = :level")
    if tx.reach.org != "*":
        conditions.append("c.org_code = :own_org")
        values["own_org"] = tx.reach.org
    # A task has no department: it is counted once, whoever has warned of its household.
    of_warnings = ["true"]
    if wanted.org is not None:
        conditions.append("c.org_code = :org")
        values["org"] = wanted.org
    if wanted.origins is not None:
        of_warnings.append("c.org_code = ANY (cast(:origins as text[]))")
        values["origins"] = list(wanted.origins)
    if wanted.not_origins:
        of_warnings.append("c.org_code <> ALL (cast(:not_origins as text[]))")
        values["not_origins"] = list(wanted.not_origins)
    conditions.append(f"(c.counted = 'task' OR {' AND '.join(of_warnings)})")
    return await tx.rows(
        LOOP.format(key=key, cells=" AND ".join(conditions)), {**values, "level": level, "today": tx.today}
    )


async def pushed_counts(tx: Transaction, by: str, wanted: Cells) -> Sequence[RowMapping]:
    """What was sent, and what was rejected, by department or month: of what came from departments."""
    conditions, values = _narrowed(tx, "c.county_code", wanted)
    key = "c.cycle::text" if by == "month" else "c.org_code"
    return await tx.rows(
        f"SELECT {key} AS key, sum(c.received)::int AS pushed, sum(c.rejected)::int AS rejected FROM batch c"
        f" WHERE {' AND '.join(conditions)} AND (:own_org = '*' OR c.org_code = :own_org)"
        " AND (cast(:org as text) IS NULL OR c.org_code = :org)"
        " AND c.org_code <> ALL (cast(:not_origins as text[])) GROUP BY 1",
        {**values, "own_org": tx.reach.org, "org": wanted.org, "not_origins": list(wanted.not_origins)},
    )


def _narrowed(tx: Transaction, column: str, wanted: Cells) -> tuple[list[str], dict[str, Any]]:
    reach, values = reach_condition(tx.reach, column)
    conditions = ["c.cycle = ANY (cast(:cycles as bpchar[]))", reach]
    values["cycles"] = list(wanted.cycles)
    if tx.reach.county is not None:
        conditions.append("c.county_code = :county")
        values["county"] = tx.reach.county
    if wanted.bounds is not None:
        conditions.append(f"{column} >= :low AND {column} < :high")
        values |= {"low": wanted.bounds[0], "high": wanted.bounds[1]}
    return conditions, values
