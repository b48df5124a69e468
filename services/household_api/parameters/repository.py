"""SQL of the parameters."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import orjson
from sqlalchemy.engine import RowMapping

from shared.db import Transaction

COLUMNS: Final = "name, version, valid_from, value, source, set_by, set_at"

#: Each version with the first day of the next period, and the newest version of its own period.
VERSIONS: Final = f"""
SELECT {COLUMNS},
    (SELECT min(o.valid_from) FROM parameter o WHERE o.county_code = p.county_code AND o.name = p.name
        AND o.valid_from > p.valid_from) AS followed_from,
    (SELECT max(o.version) FROM parameter o WHERE o.county_code = p.county_code AND o.name = p.name
        AND o.valid_from = p.valid_from) AS newest
FROM parameter p WHERE county_code = :county"""


async def in_force(tx: Transaction, on: date) -> Sequence[RowMapping]:
    """The version of each parameter in force on a day, by name."""
    return await tx.rows(
        f"""SELECT DISTINCT ON (name) * FROM ({VERSIONS} AND valid_from <= :on) v
        ORDER BY name, valid_from DESC, version DESC""",
        {"county": tx.county, "on": on},
    )


async def versions_of(tx: Transaction, name: str, before: int | None, limit: int) -> Sequence[RowMapping]:
    """Every version of one parameter, the newest first."""
    return await tx.rows(
        f"""{VERSIONS} AND name = :name AND (cast(:before as integer) IS NULL OR version < :before)
        ORDER BY version DESC LIMIT :most""",
        {"county": tx.county, "name": name, "before": before, "most": limit + 1},
    )


async def version(tx: Transaction, name: str, number: int) -> RowMapping:
    rows = await tx.rows(
        f"{VERSIONS} AND name = :name AND version = :version",
        {"county": tx.county, "name": name, "version": number},
    )
    return rows[0]


async def take_turns(tx: Transaction) -> None:
    """Setters of one county wait for each other."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtext('parameter ' || :county))", {"county": tx.county})


async def newest_from(tx: Transaction, name: str, valid_from: date) -> int | None:
    """The version in force of those that begin on a day."""
    found: int | None = await tx.scalar(
        "SELECT max(version) FROM parameter"
        " WHERE county_code = :county AND name = :name AND valid_from = :valid_from",
        {"county": tx.county, "name": name, "valid_from": valid_from},
    )
    return found


async def add_version(tx: Transaction, name: str, value: Any, valid_from: date, source: str) -> RowMapping:
    """The next version of ``name``."""
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
