"""SQL of the parameters."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import orjson
from sqlalchemy.engine import RowMapping

from shared.db import Transaction

COLUMNS = "name, version, valid_from, value, source, set_by, set_at"


async def in_force(tx: Transaction, on: date, after: str | None, limit: int) -> Sequence[RowMapping]:
    """The version of each parameter in force on a day, by name."""
    return await tx.rows(
        f"""SELECT DISTINCT ON (name) {COLUMNS} FROM parameter
        WHERE county_code = :county AND valid_from <= :on
        AND (cast(:after as text) IS NULL OR name > :after)
        ORDER BY name, valid_from DESC, version DESC LIMIT :most""",
        {"county": tx.county, "on": on, "after": after, "most": limit + 1},
    )


async def add_version(tx: Transaction, name: str, value: Any, valid_from: date, source: str) -> RowMapping:
    """The next version of ``name``; setters of one county wait for each other."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtext('parameter ' || :county))", {"county": tx.county})
    result = await tx.rows(
        f"""INSERT INTO parameter (county_code, {COLUMNS})
        SELECT cast(:county as char(6)), cast(:name as text), coalesce(max(version), 0) + 1, cast(:valid_from as date),
            cast(:value as jsonb), :source, :actor, cast(:now as timestamptz)
        FROM parameter WHERE county_code = :county AND name = :name
        RETURNING {COLUMNS}""",
        {
            "county": tx.county,
            "name": name,
            "value": orjson.dumps(value).decode(),
            "valid_from": valid_from,
            "source": source,
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )
    return result[0]
