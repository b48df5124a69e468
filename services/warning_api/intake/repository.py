"""SQL of batches and rejects."""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.filing.rules import OTHER_ORIGINS
from shared.db import Transaction

COLUMNS = (
    "id, org_code, cycle, batch_no, state, version, received, accepted, duplicate, rejected,"
    " urgent_reason IS NOT NULL AS urgent, late, filed_by, filed_at, content_sha256, release_required,"
    " NOT release_required OR released_at IS NOT NULL AS released, released_by, released_at, refused_at,"
    " mapping_version, matches, closed"
)


async def lock_batch_no(tx: Transaction, org: str, batch_no: str) -> bool:
    """Take the batch number for the length of the transaction; False if another request holds it."""
    taken: bool = await tx.scalar(
        "SELECT pg_try_advisory_xact_lock(hashtext(:place), hashtext(:batch_no))",
        {"place": f"batch/{tx.county}/{org}", "batch_no": batch_no},
    )
    return taken


async def batch_by_no(tx: Transaction, cycle: str, org: str, batch_no: str) -> RowMapping | None:
    return await tx.row(
        f"SELECT {COLUMNS} FROM batch WHERE county_code = :county AND cycle = :cycle"
        " AND org_code = :org AND batch_no = :batch_no",
        {"county": tx.county, "cycle": cycle, "org": org, "batch_no": batch_no},
    )


async def batch(tx: Transaction, batch_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """A batch of the call's organisation (any, for the county)."""
    return await tx.row(
        f"SELECT {COLUMNS} FROM batch WHERE county_code = :county AND id = :id"
        " AND (:org = '*' OR org_code = :org)" + (" FOR UPDATE" if lock else ""),
        {"county": tx.county, "id": batch_id, "org": tx.reach.org},
    )


async def decide_release(
    tx: Transaction, cycle: str, batch_id: UUID, decision: Literal["released", "refused"]
) -> None:
    """Write who decided on the release of a batch, and when."""
    await tx.execute(
        f"UPDATE batch SET {decision}_by = :actor, {decision}_at = :now, version = version + 1"
        " WHERE county_code = :county AND cycle = :cycle AND id = :id",
        {"county": tx.county, "cycle": cycle, "id": batch_id, "actor": str(tx.actor), "now": tx.now},
    )


async def batches(tx: Transaction, cycle: str | None, after: UUID | None, limit: int) -> Sequence[RowMapping]:
    """Of departments, by id, which is the order of filing."""
    return await tx.rows(
        f"SELECT {COLUMNS} FROM batch WHERE county_code = :county AND (:org = '*' OR org_code = :org)"
        " AND (cast(:cycle as text) IS NULL OR cycle = :cycle)"
        " AND org_code <> ALL (cast(:other_origins as text[]))"
        " AND (cast(:after as uuid) IS NULL OR id > cast(:after as uuid)) ORDER BY id LIMIT :limit",
        {
            "county": tx.county,
            "org": tx.reach.org,
            "cycle": cycle,
            "other_origins": list(OTHER_ORIGINS),
            "after": after,
            "limit": limit,
        },
    )


async def add_batch(tx: Transaction, values: dict[str, Any]) -> None:
    """``values`` by column; nothing of it is compared or closed."""
    columns = ", ".join(values)
    places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
    driver = await tx.driver()
    await driver.execute(
        f"INSERT INTO batch ({columns}, matches, closed) VALUES ({places}, '{{}}', 0)", *values.values()
    )


async def rejects(
    tx: Transaction, cycle: str, batch_id: UUID, after_line: int, limit: int
) -> Sequence[RowMapping]:
    """By line."""
    return await tx.rows(
        "SELECT line, id, errors, sealed FROM batch_reject WHERE county_code = :county AND cycle = :cycle"
        " AND batch_id = :batch AND line > :after ORDER BY line LIMIT :limit",
        {"county": tx.county, "cycle": cycle, "batch": batch_id, "after": after_line, "limit": limit},
    )
