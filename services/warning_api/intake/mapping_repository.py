"""SQL of the departments' column mappings: versions are added, never changed."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy.engine import RowMapping

from shared.db import Transaction

COLUMNS = "org_code, version, columns, words AS values, disability_certificates, set_by, set_at"


async def mapping(tx: Transaction, org: str, version: int | None = None) -> RowMapping | None:
    """The newest version of a department's mapping, or the one that is named."""
    return await tx.row(
        f"SELECT {COLUMNS} FROM column_mapping WHERE county_code = :county AND org_code = :org"
        " AND (cast(:version as integer) IS NULL OR version = :version) ORDER BY version DESC LIMIT 1",
        {"county": tx.county, "org": org, "version": version},
    )


async def mappings(tx: Transaction, after: str | None, limit: int) -> Sequence[RowMapping]:
    """The newest version of each, by department: the caller's own, or all for the county."""
    return await tx.rows(
        f"SELECT DISTINCT ON (org_code) {COLUMNS} FROM column_mapping WHERE county_code = :county"
        " AND (:org = '*' OR org_code = :org) AND (cast(:after as text) IS NULL OR org_code > :after)"
        " ORDER BY org_code, version DESC LIMIT :limit",
        {"county": tx.county, "org": tx.reach.org, "after": after, "limit": limit},
    )


async def add_version(tx: Transaction, values: dict[str, Any]) -> bool:
    """Add a version; False if somebody else has added the same one."""
    done = await tx.execute(
        "INSERT INTO column_mapping"
        " (county_code, org_code, version, columns, words, disability_certificates, set_by, set_at)"
        " VALUES (:county, :org_code, :version, cast(:columns as jsonb), cast(:values as jsonb),"
        " :disability_certificates, :actor, :now) ON CONFLICT DO NOTHING",
        {
            **values,
            "columns": orjson.dumps(values["columns"]).decode(),
            "values": orjson.dumps(values["values"]).decode(),
            "county": tx.county,
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )
    return done.rowcount == 1
