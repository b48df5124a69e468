"""SQL of reports."""

from typing import Final

from shared.db import Transaction
from shared.db.narrowing import within

#: In the order of a project's life; the others follow.
STATES: Final = (
    "reserve",
    "started",
    "under_construction",
    "completed",
    "accepted",
    "asset",
    "suspended",
    "terminated",
)


async def project_states(tx: Transaction, year: int) -> dict[str, int]:
    """How many projects of a year are in which state."""
    near = within(tx, "p")
    rows = await tx.rows(
        f"SELECT p.state, count(*) AS n FROM project p WHERE {near.sql} AND p.year = :year GROUP BY p.state",
        {**near.parameters, "year": year},
    )
    counted = {row["state"]: row["n"] for row in rows}
    return {state: counted.get(state, 0) for state in STATES}
