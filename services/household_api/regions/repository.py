"""SQL of the regions."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy.engine import RowMapping

from shared.db import Transaction

#: What goes with a code when it ends: kind -> (table, which of its rows).
STANDING: Final = {
    "households": ("household", "true"),
    "persons": ("person", "true"),
    "cases": ("monitoring_case", "state NOT IN ('rejected', 'eliminated')"),
    "guarantee_entries": ("guarantee_entry", "state <> 'crossed_off'"),
    "findings": ("quality_finding", "state <> 'closed'"),
    "import_rows": ("import_row", "true"),
}


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


async def changes(tx: Transaction) -> Sequence[RowMapping]:
    return await tx.rows(
        "SELECT region_code, effective_on, kind, name, former_name, successors FROM region_change"
        " WHERE county_code = :county ORDER BY effective_on, region_code",
        {"county": tx.county},
    )


async def add_change(tx: Transaction, values: Mapping[str, Any]) -> None:
    """``values``: every column but county, actor and instant."""
    await tx.execute(
        """INSERT INTO region_change (county_code, region_code, effective_on, kind, name, former_name, successors,
            moved, applied_by, applied_at)
        VALUES (:county, :code, :effective_on, :kind, :name, :former_name, :successors,
            cast(:moved as jsonb), :actor, :now)""",
        {**values, "county": tx.county, "actor": str(tx.actor), "now": tx.now},
    )


async def standing(tx: Transaction, codes: Sequence[str]) -> Sequence[RowMapping]:
    """``region_code, kind, standing`` of all that goes with a code, where there is any."""
    counted = " UNION ALL ".join(
        f"SELECT region_code, '{kind}' AS kind, count(*) AS standing FROM {table}"
        f" WHERE county_code = :county AND region_code = ANY (cast(:codes as text[])) AND {condition}"
        " GROUP BY region_code"
        for kind, (table, condition) in STANDING.items()
    )
    return await tx.rows(counted, {"county": tx.county, "codes": list(codes)})


async def known_regions(tx: Transaction) -> Sequence[RowMapping]:
    """All regions that the county has or had, those above it as well."""
    return await tx.rows(
        "SELECT code, name, level, parent_code, served_by, valid_from, valid_to FROM region"
        " WHERE county_code = :county",
        {"county": tx.county},
    )


async def first_day(tx: Transaction, name: str) -> date:
    """The first day on which a parameter is set; every county has the defaults."""
    found: date = await tx.scalar(
        "SELECT min(valid_from) FROM parameter WHERE county_code = :county AND name = :name",
        {"county": tx.county, "name": name},
    )
    return found


async def later_versions(tx: Transaction, name: str, day: date) -> Sequence[RowMapping]:
    """Of a parameter, what is in force from each day after ``day`` on which it changes."""
    return await tx.rows(
        """SELECT DISTINCT ON (valid_from) valid_from, value FROM parameter
        WHERE county_code = :county AND name = :name AND valid_from > :day
        ORDER BY valid_from, version DESC""",
        {"county": tx.county, "name": name, "day": day},
    )


async def parameter_version(tx: Transaction, name: str, version: int) -> RowMapping:
    rows = await tx.rows(
        "SELECT name, version, valid_from, value, source, set_by, set_at FROM parameter"
        " WHERE county_code = :county AND name = :name AND version = :version",
        {"county": tx.county, "name": name, "version": version},
    )
    return rows[0]
