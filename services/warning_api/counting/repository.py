"""SQL of the counts. All of it goes through the owner's functions: a call counts also what it does not see."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.counting.rules import COUNTED, Entry
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.db.lines import array_of, lines, texts_of

COUNT = f"""
SELECT counted_tasks, counted_warnings
FROM warning.count_loop($1, $2, $3, $4, {array_of(5, "uuid")}, {array_of(6, "uuid")}, {array_of(7, "uuid")})"""

_KINDS = {"due_on": "date", **dict.fromkeys(COUNTED, "integer")}
_COLUMNS = ", ".join(
    array_of(place, _KINDS[name]) if name in _KINDS else texts_of(place)
    for place, name in enumerate(Entry._fields, 4)
)
ADD = f"SELECT warning.add_loop_counts($1, $2, $3, {_COLUMNS})"


async def count(
    tx: Transaction,
    cycle: str,
    sign: int,
    tasks: Collection[UUID],
    warnings: Collection[UUID],
    but: Collection[UUID] = (),
) -> tuple[list[UUID], list[UUID]]:
    """Take off (-1) what tasks with all their warnings, and warnings, count for, or add (1) what exactly these do;
    which tasks and warnings that was. ``but``: warnings that were taken off before."""
    driver = await tx.driver()
    row: Any = await driver.fetchrow(
        COUNT, tx.county, cycle, new_id(), sign, lines(tasks), lines(warnings), lines(but)
    )
    return list(row["counted_tasks"]), list(row["counted_warnings"])


async def add(tx: Transaction, cycle: str, entries: Sequence[Entry]) -> None:
    driver = await tx.driver()
    columns = (lines(column) for column in zip(*entries, strict=True))
    await driver.execute(ADD, tx.county, cycle, new_id(), *columns)


async def fold(tx: Transaction) -> int:
    """Add the entries of the county to its totals; how many there were."""
    folded: int = await tx.scalar("SELECT warning.fold_loop_counts(:county)", {"county": tx.county})
    return folded


async def recount(tx: Transaction, cycle: str, entry: UUID) -> int:
    """Enter as ``entry`` what the counts of a month lack; in how many places."""
    found: int = await tx.scalar(
        "SELECT warning.recount_loop(:county, :cycle, :entry)",
        {"county": tx.county, "cycle": cycle, "entry": entry},
    )
    return found


async def entered(tx: Transaction, cycle: str, entry: UUID, limit: int) -> Sequence[RowMapping]:
    """The first places of an entry."""
    return await tx.rows(
        "SELECT * FROM loop_delta WHERE county_code = :county AND cycle = :cycle AND entry = :entry"
        " ORDER BY place LIMIT :limit",
        {"county": tx.county, "cycle": cycle, "entry": entry, "limit": limit},
    )


async def months(tx: Transaction, since: str) -> list[str]:
    """The months from ``since`` on in which the county has counts or batches."""
    rows = await tx.rows(
        "SELECT cycle FROM batch WHERE county_code = :county AND cycle >= :since"
        " UNION SELECT cycle FROM loop_count WHERE county_code = :county AND cycle >= :since ORDER BY 1",
        {"county": tx.county, "since": since},
    )
    return [row["cycle"] for row in rows]
