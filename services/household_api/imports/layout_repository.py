"""SQL of the layouts that a county keeps: versions are added, never changed."""

from collections.abc import Sequence

import orjson
from sqlalchemy.engine import RowMapping

from services.household_api.imports.layouts import Layout
from shared.db import Transaction

COLUMNS = "name, version, columns, words AS values, dates, national, set_by, set_at"


async def layout(tx: Transaction, name: str, version: int | None = None) -> RowMapping | None:
    """The newest version of a layout, or the one that is named."""
    return await tx.row(
        f"SELECT {COLUMNS} FROM import_layout WHERE county_code = :county AND name = :name"
        " AND (cast(:version as integer) IS NULL OR version = :version) ORDER BY version DESC LIMIT 1",
        {"county": tx.county, "name": name, "version": version},
    )


async def layouts(tx: Transaction) -> Sequence[RowMapping]:
    """The newest version of each, by name."""
    return await tx.rows(
        f"SELECT DISTINCT ON (name) {COLUMNS} FROM import_layout WHERE county_code = :county"
        " ORDER BY name, version DESC",
        {"county": tx.county},
    )


async def add_version(tx: Transaction, layout: Layout) -> bool:
    """Add a version; False if somebody else has added the same one."""
    done = await tx.execute(
        "INSERT INTO import_layout (county_code, name, version, columns, words, dates, national, set_by, set_at)"
        " VALUES (:county, :name, :version, cast(:columns as jsonb), cast(:values as jsonb), :dates, :national,"
        " :actor, :now) ON CONFLICT DO NOTHING",
        {
            "county": tx.county,
            "name": layout.name,
            "version": layout.version,
            "columns": orjson.dumps(layout.columns).decode(),
            "values": orjson.dumps(layout.values).decode(),
            "dates": layout.dates,
            "national": layout.national,
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )
    return done.rowcount == 1
