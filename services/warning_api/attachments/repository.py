"""SQL of attachments."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db import Transaction
from shared.db.narrowing import reach_condition

COLUMNS = (
    "a.id, a.cycle, a.about, a.about_id, a.region_code, a.storage_key, a.content_type, a.bytes, a.sha256,"
    " a.sealed, a.uploaded_at, a.lost_found_at"
)

USED_BY = (
    "ARRAY(SELECT u.used_by FROM attachment_use u WHERE u.county_code = a.county_code AND u.cycle = a.cycle"
    " AND u.attachment_id = a.id ORDER BY u.used_by) AS used_by"
)

ADD = """
INSERT INTO attachment (county_code, cycle, id, about, about_id, region_code, org_code, storage_key, content_type,
                        bytes, sha256, sealed, uploaded_by, uploaded_at)
VALUES (:county, :cycle, :id, :about, :about_id, :region_code, :org_code, :storage_key, :content_type, :bytes,
        :sha256, :sealed, :actor, :now)"""

USE = """
INSERT INTO attachment_use (county_code, cycle, attachment_id, used_by)
SELECT a.county_code, a.cycle, a.id, u.used_by
FROM unnest(cast(:users as uuid[]), cast(:ids as uuid[])) AS u (used_by, id)
JOIN attachment a ON a.county_code = :county AND a.id = u.id
ON CONFLICT DO NOTHING"""

# What a visit is about to name is held by ``owners_of`` and passed over. One that was named between our look and
# our lock is kept by its foreign key: then the job fails, and finds nothing to do when it is tried again.
TAKE_UNUSED = """
DELETE FROM attachment a USING (
    SELECT cycle, id FROM attachment u WHERE u.county_code = :county AND u.uploaded_at < :before
      AND NOT EXISTS (SELECT FROM attachment_use x WHERE x.county_code = u.county_code AND x.cycle = u.cycle
                        AND x.attachment_id = u.id)
    ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED) d
WHERE a.county_code = :county AND a.cycle = d.cycle AND a.id = d.id
RETURNING a.id, a.storage_key"""

MARK_LOST = """
UPDATE attachment SET lost_found_at =
    CASE WHEN storage_key = ANY (cast(:lost as text[])) THEN cast(:now as timestamptz) END
WHERE county_code = :county AND storage_key = ANY (cast(:changed as text[]))
RETURNING id, lost_found_at"""


def _reach(tx: Transaction) -> tuple[str, dict[str, Any]]:
    """Of the rows that this call reaches: its regions, and of a department what is its own."""
    condition, parameters = reach_condition(tx.reach, "a.region_code")
    return (
        f"a.county_code = :county AND {condition} AND (:org = '*' OR a.org_code = :org)",
        {"county": tx.county, "org": tx.reach.org, **parameters},
    )


async def add(tx: Transaction, values: Mapping[str, Any]) -> None:
    await tx.execute(ADD, {**values, "county": tx.county, "actor": str(tx.actor), "now": tx.now})


async def count_of(tx: Transaction, owner: UUID) -> int:
    found: int = await tx.scalar(
        "SELECT count(*)::int FROM attachment WHERE county_code = :county AND about_id = :owner",
        {"county": tx.county, "owner": owner},
    )
    return found


async def attachment(tx: Transaction, id_: UUID) -> RowMapping | None:
    condition, values = _reach(tx)
    return await tx.row(
        f"SELECT {COLUMNS} FROM attachment a WHERE {condition} AND a.id = :id", {**values, "id": id_}
    )


async def attachments(
    tx: Transaction, owner: UUID | None, *, lost: bool, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """In reach, by id, with ``used_by``."""
    condition, values = _reach(tx)
    if owner is not None:
        condition += " AND a.about_id = :owner"
    if lost:
        condition += " AND a.lost_found_at IS NOT NULL"
    if after is not None:
        condition += " AND a.id > :after"
    return await tx.rows(
        f"SELECT {COLUMNS}, {USED_BY} FROM attachment a WHERE {condition} ORDER BY a.id LIMIT :limit",
        {**values, "owner": owner, "after": after, "limit": limit},
    )


async def owners_of(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, tuple[str, UUID]]:
    """What those of ``ids`` that the call reaches belong to; they stay until the transaction ends."""
    condition, values = _reach(tx)
    rows = await tx.rows(
        f"SELECT a.id, a.about, a.about_id FROM attachment a WHERE {condition} AND a.id = ANY (cast(:ids as uuid[]))"
        " ORDER BY a.id FOR KEY SHARE",
        {**values, "ids": list(ids)},
    )
    return {row["id"]: (row["about"], row["about_id"]) for row in rows}


async def use(tx: Transaction, uses: Sequence[tuple[UUID, UUID]]) -> None:
    """``(used_by, attachment)``."""
    await tx.execute(
        USE,
        {
            "county": tx.county,
            "users": [user for user, _ in uses],
            "ids": [id_ for _, id_ in uses],
        },
    )


async def uses_of(tx: Transaction, users: Sequence[UUID]) -> Sequence[RowMapping]:
    return await tx.rows(
        "SELECT used_by, attachment_id FROM attachment_use WHERE county_code = :county"
        " AND used_by = ANY (cast(:users as uuid[])) ORDER BY used_by, attachment_id",
        {"county": tx.county, "users": list(users)},
    )


async def take_unused(tx: Transaction, before: datetime, limit: int) -> Sequence[RowMapping]:
    """Delete rows that nobody has named since; their ids and storage keys."""
    return await tx.rows(TAKE_UNUSED, {"county": tx.county, "before": before, "limit": limit})


async def first_upload(tx: Transaction) -> datetime | None:
    found: datetime | None = await tx.scalar(
        "SELECT min(uploaded_at) FROM attachment WHERE county_code = :county", {"county": tx.county}
    )
    return found


async def keys_within(tx: Transaction, prefix: str) -> dict[str, bool]:
    """Storage keys below ``prefix/``, and whether each was found lost."""
    rows = await tx.rows(
        "SELECT storage_key, lost_found_at IS NOT NULL AS lost FROM attachment"
        " WHERE county_code = :county AND storage_key >= :low AND storage_key < :high",
        {"county": tx.county, "low": f"{prefix}/", "high": f"{prefix}0"},
    )
    return {row["storage_key"]: row["lost"] for row in rows}


async def mark_lost(tx: Transaction, lost: Sequence[str], found_again: Sequence[str]) -> Sequence[RowMapping]:
    return await tx.rows(
        MARK_LOST,
        {"county": tx.county, "now": tx.now, "lost": list(lost), "changed": [*lost, *found_again]},
    )
