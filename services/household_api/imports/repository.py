"""SQL of imports: their state, the rows that wait, the rows that were rejected."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping

from services.household_api.imports.rules import COUNTED, State
from services.household_api.registry.rules import HEAD
from services.household_api.registry.staging import COLUMNS, PLAIN
from shared.db import Transaction
from shared.db.narrowing import within

ROW: Final = ", ".join(COLUMNS)

SHOWN: Final = """i.id, i.state, i.layout, i.layout_version, i.as_of, i.received, i.accepted, i.rejected, i.households,
    i.persons, i.added, i.changed, i.unchanged, i.notes, i.reviewed, i.refusal, i.imported_by, i.approved_by,
    i.received_at, i.applied_at, i.version"""

DOCUMENTS: Final = frozenset({"notes", "reviewed"})

#: Rows that the registry refuses and that were readable in themselves.
CONFLICTING: Final = f"""
SELECT line, id, {", ".join(PLAIN)}, facts, sealed, errors
FROM staged WHERE errors IS NOT NULL AND rejected IS NULL AND line > :after ORDER BY line LIMIT :most"""

#: Households of which a part was accepted, and those whose head has died.
NOTES: Final = """
SELECT count(*) FILTER (WHERE refused) AS incomplete, count(*) FILTER (WHERE dead AND NOT living) AS headless
FROM (
    SELECT bool_or(errors IS NOT NULL) AS refused, bool_or(errors IS NULL) AS accepted,
        bool_or(errors IS NULL AND relationship = :head AND status = 'deceased') AS dead,
        bool_or(errors IS NULL AND relationship = :head AND coalesce(status, 'living') = 'living') AS living
    FROM staged WHERE household_no IS NOT NULL GROUP BY household_no) h
WHERE accepted"""


async def registry_import(tx: Transaction, import_id: UUID, *, lock: bool = False) -> RowMapping | None:
    reach = within(tx, "i")
    return await tx.row(
        f"SELECT {SHOWN} FROM registry_import i WHERE i.id = :id AND {reach.sql}"
        + (" FOR UPDATE" if lock else ""),
        {**reach.parameters, "id": import_id},
    )


async def registry_imports(
    tx: Transaction, state: State | None, before: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """The newest first, from before ``before``; ``limit + 1`` of them."""
    reach = within(tx, "i")
    return await tx.rows(
        f"""SELECT {SHOWN} FROM registry_import i
        WHERE {reach.sql} AND (cast(:state as text) IS NULL OR i.state = :state)
        AND (cast(:before as uuid) IS NULL OR i.id < :before)
        ORDER BY i.id DESC LIMIT :most""",
        {**reach.parameters, "state": state, "before": before, "most": limit + 1},
    )


async def add_import(tx: Transaction, values: Mapping[str, Any]) -> None:
    """``values``: id, state, content_sha256, layout, the counts, notes."""
    names = ", ".join(values)
    slots = ", ".join(_slot(name) for name in values)
    await tx.execute(
        f"INSERT INTO registry_import (county_code, region_code, imported_by, received_at, version, {names})"
        f" VALUES (cast(:county as text), cast(:county as text), :actor, :now, 1, {slots})",
        {**_stored(values), "county": tx.county, "actor": str(tx.actor), "now": tx.now},
    )


async def change_import(tx: Transaction, import_id: UUID, changes: Mapping[str, Any]) -> None:
    assignments = "".join(f", {name} = {_slot(name)}" for name in changes)
    await tx.execute(
        f"UPDATE registry_import SET version = version + 1{assignments}"
        " WHERE county_code = :county AND id = :id",
        {**_stored(changes), "county": tx.county, "id": import_id},
    )


def _slot(name: str) -> str:
    return f"cast(:{name} as jsonb)" if name in DOCUMENTS else f":{name}"


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: orjson.dumps(value).decode() if name in DOCUMENTS and value is not None else value
        for name, value in values.items()
    }


async def counts_so_far(tx: Transaction) -> dict[str, int]:
    """Of rows that are staged and not yet compared: those that could not be read, and no changes yet."""
    row = await tx.row(
        "SELECT count(*) AS received, count(*) FILTER (WHERE errors IS NOT NULL) AS rejected FROM staged"
    )
    assert row is not None  # noqa: S101 - an aggregate without GROUP BY has one row
    accepted = row["received"] - row["rejected"]
    return {**dict.fromkeys(COUNTED, 0), **row, "accepted": accepted, "persons": accepted}


async def keep_rows(tx: Transaction, import_id: UUID) -> None:
    """Keep what is staged until the import is applied."""
    await tx.execute(
        f"INSERT INTO import_row (county_code, import_id, {ROW}) SELECT :county, :import, {ROW} FROM staged",
        {"county": tx.county, "import": import_id},
    )


async def stage_kept_rows(tx: Transaction, import_id: UUID) -> None:
    reach = within(tx, "r")
    await tx.execute(
        f"INSERT INTO staged ({ROW}) SELECT {ROW} FROM import_row r WHERE r.import_id = :import AND {reach.sql}",
        {**reach.parameters, "import": import_id},
    )


async def drop_kept_rows(tx: Transaction, import_id: UUID) -> None:
    await tx.execute(
        "DELETE FROM import_row WHERE county_code = :county AND import_id = :import",
        {"county": tx.county, "import": import_id},
    )


async def refresh_statistics(tx: Transaction) -> None:
    """Let the planner know of what has just been imported: matching may be the very next thing."""
    await tx.execute("SELECT household.refresh_statistics()")


async def drop_rejects(tx: Transaction, import_id: UUID) -> None:
    await tx.execute(
        "DELETE FROM import_reject WHERE county_code = :county AND import_id = :import",
        {"county": tx.county, "import": import_id},
    )


async def add_unreadable_rejects(tx: Transaction, import_id: UUID) -> None:
    await tx.execute(
        """INSERT INTO import_reject (county_code, id, import_id, line, region_code, errors, sealed)
        SELECT :county, id, :import, line, region_code, errors, rejected FROM staged WHERE rejected IS NOT NULL""",
        {"county": tx.county, "import": import_id},
    )


async def conflicting_rows(tx: Transaction, after: int, most: int) -> Sequence[RowMapping]:
    return await tx.rows(CONFLICTING, {"after": after, "most": most})


async def add_rejects(
    tx: Transaction, import_id: UUID, rows: Sequence[RowMapping], sealed: Sequence[bytes]
) -> None:
    await tx.execute(
        """INSERT INTO import_reject (county_code, id, import_id, line, region_code, errors, sealed)
        SELECT cast(:county as text), r.id, :import, r.line, cast(:county as text), r.errors::jsonb, r.sealed
        FROM unnest(cast(:ids as uuid[]), cast(:lines as int[]), cast(:errors as text[]),
            cast(:sealed as bytea[])) AS r (id, line, errors, sealed)""",
        {
            "county": tx.county,
            "import": import_id,
            "ids": [row["id"] for row in rows],
            "lines": [row["line"] for row in rows],
            "errors": [orjson.dumps(row["errors"]).decode() for row in rows],
            "sealed": list(sealed),
        },
    )


async def staged_rejects(tx: Transaction, most: int) -> Sequence[RowMapping]:
    """The first unreadable rows, as ``rejects`` gives them."""
    return await tx.rows(
        "SELECT line, id, errors, rejected AS sealed FROM staged WHERE rejected IS NOT NULL ORDER BY line LIMIT :most",
        {"most": most},
    )


async def rejects(tx: Transaction, import_id: UUID, after: int, most: int) -> Sequence[RowMapping]:
    """By line, from behind ``after``."""
    reach = within(tx, "r")
    return await tx.rows(
        "SELECT r.line, r.id, r.errors, r.sealed FROM import_reject r"
        f" WHERE r.import_id = :import AND r.line > :after AND {reach.sql} ORDER BY r.line LIMIT :most",
        {**reach.parameters, "import": import_id, "after": after, "most": most},
    )


async def counted_notes(tx: Transaction) -> RowMapping:
    (row,) = await tx.rows(NOTES, {"head": HEAD})
    return row


async def move_places(tx: Transaction, codes: Mapping[str, str]) -> None:
    """What waits for review goes with its place (ended code -> present one)."""
    for table in ("import_row", "import_change", "import_reject"):
        await tx.execute(
            f"""UPDATE {table} t SET region_code = m.region_code
            FROM unnest(cast(:codes as text[]), cast(:regions as text[])) AS m (code, region_code)
            WHERE t.county_code = :county AND t.region_code = m.code""",
            {"county": tx.county, "codes": list(codes), "regions": list(codes.values())},
        )
