"""SQL of the regions."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import RowMapping

from shared.db import Transaction


async def list_regions(
    tx: Transaction, parent: str | None, after: str | None, limit: int
) -> Sequence[RowMapping]:
    """Regions by code, ``limit + 1`` of them: of the county, or of all counties that the call reaches.

    Codes are public, so a township sees its whole county; regions above the county come with it.
    """
    values: dict[str, Any] = {"parent": parent, "after": after, "most": limit + 1, "today": tx.today}
    if tx.reach.county is not None:
        values["county"] = tx.reach.county
        reach = "county_code = :county"
    else:
        slots = []
        for slot, (start, end) in enumerate(tx.reach.ranges):
            values |= {f"from{slot}": start, f"to{slot}": end}
            slots.append(f"(code >= :from{slot} AND code < :to{slot})")
        reach = f"({' OR '.join(slots)})"
    return await tx.rows(
        f"""SELECT DISTINCT ON (code) code, name, level, parent_code, served_by FROM region
        WHERE {reach} AND (valid_to IS NULL OR valid_to > :today)
        AND (cast(:parent as varchar) IS NULL OR parent_code = :parent)
        AND (cast(:after as varchar) IS NULL OR code > :after)
        ORDER BY code LIMIT :most""",
        values,
    )
