"""SQL of villages' codes, of what is counted by the hour, and of receipts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db import Transaction
from shared.db.narrowing import within

CODE_COLUMNS = "id, region_code, expires_on, made_by, made_at, revoked_by, revoked_at"

COUNT = """
INSERT INTO report_count (county_code, counted, hour, times) VALUES (:county, :counted, :hour, 1)
ON CONFLICT (county_code, counted, hour) DO UPDATE SET times = report_count.times + 1
RETURNING times"""

# The batch's state is the owner's to tell: its warnings may stand in a village that the caller does not reach.
REPORTS = """
SELECT r.id, r.cycle, r.region_code, r.receipt_no, r.code_id IS NOT NULL AS by_farmer, r.reported_at,
       warning.report_state(r.county_code, r.cycle, r.batch_id) AS state
FROM self_report r WHERE {reach}"""


async def add_code(tx: Transaction, values: Mapping[str, Any]) -> None:
    """``id, region_code, digest, expires_on``."""
    await tx.execute(
        "INSERT INTO report_code (county_code, id, region_code, digest, expires_on, made_by, made_at)"
        " VALUES (:county, :id, :region_code, :digest, :expires_on, :actor, :now)",
        {**values, "county": tx.county, "actor": str(tx.actor), "now": tx.now},
    )


async def codes(tx: Transaction, village: str, after: UUID | None, limit: int) -> Sequence[RowMapping]:
    """Codes of a village, by id."""
    return await tx.rows(
        f"SELECT {CODE_COLUMNS} FROM report_code WHERE county_code = :county AND region_code = :village"
        " AND (cast(:after as uuid) IS NULL OR id > cast(:after as uuid)) ORDER BY id LIMIT :limit",
        {"county": tx.county, "village": village, "after": after, "limit": limit},
    )


async def revoke(tx: Transaction, code_id: UUID) -> bool:
    """Whether there was such a code in reach; one that was revoked before stays as it is."""
    reach = within(tx, "c")
    row = await tx.row(
        "UPDATE report_code c SET revoked_at = coalesce(revoked_at, :now), revoked_by = coalesce(revoked_by, :actor)"
        f" WHERE c.id = :id AND {reach.sql} RETURNING c.id",
        {**reach.parameters, "id": code_id, "now": tx.now, "actor": str(tx.actor)},
    )
    return row is not None


async def digests(tx: Transaction, village: str) -> Sequence[RowMapping]:
    """``id``, ``digest`` of the codes that a village may use today."""
    return await tx.rows(
        "SELECT id, digest FROM report_code WHERE county_code = :county AND region_code = :village"
        " AND revoked_at IS NULL AND expires_on >= :today",
        {"county": tx.county, "village": village, "today": tx.today},
    )


async def count(tx: Transaction, counted: bytes, hour: datetime) -> int:
    """Count once more; how often it was in that hour."""
    times: int = await tx.scalar(COUNT, {"county": tx.county, "counted": counted, "hour": hour})
    return times


async def counted(tx: Transaction, what: bytes, hour: datetime) -> int:
    found = await tx.scalar(
        "SELECT times FROM report_count WHERE county_code = :county AND counted = :counted AND hour = :hour",
        {"county": tx.county, "counted": what, "hour": hour},
    )
    return found or 0


async def forget_counts(tx: Transaction, before: datetime) -> None:
    """Of every county."""
    await tx.execute("DELETE FROM report_count WHERE hour < :before", {"before": before})


async def one_content_at_a_time(tx: Transaction, content: bytes) -> None:
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtext('self_report'), hashtext(:content))",
        {"content": content.hex()},
    )


async def pending_batch(tx: Transaction, cycle: str, content: bytes) -> UUID | None:
    """The batch of a report of the same content that nobody has visited yet."""
    found: UUID | None = await tx.scalar(
        "SELECT batch_id FROM self_report r WHERE county_code = :county AND cycle = :cycle"
        " AND content_index = :content AND warning.report_state(r.county_code, r.cycle, r.batch_id) = 'received'"
        " ORDER BY id DESC LIMIT 1",
        {"county": tx.county, "cycle": cycle, "content": content},
    )
    return found


async def add_report(tx: Transaction, values: Mapping[str, Any]) -> None:
    """``id, cycle, region_code, receipt_no, batch_id, content_index, code_id``."""
    await tx.execute(
        "INSERT INTO self_report (county_code, id, cycle, region_code, receipt_no, batch_id, content_index, code_id,"
        " reported_by, reported_at) VALUES (:county, :id, :cycle, :region_code, :receipt_no, :batch_id,"
        " :content_index, :code_id, :actor, :now)",
        {**values, "county": tx.county, "actor": str(tx.actor), "now": tx.now},
    )


async def report(tx: Transaction, receipt_no: str) -> RowMapping | None:
    reach = within(tx, "r")
    return await tx.row(
        REPORTS.format(reach=reach.sql) + " AND r.receipt_no = :receipt_no",
        {**reach.parameters, "receipt_no": receipt_no},
    )


async def reports(tx: Transaction, cycle: str | None, after: UUID | None, limit: int) -> Sequence[RowMapping]:
    """Receipts in reach, by id, which is the order of reporting."""
    reach = within(tx, "r")
    return await tx.rows(
        REPORTS.format(reach=reach.sql) + " AND (cast(:cycle as text) IS NULL OR r.cycle = :cycle)"
        " AND (cast(:after as uuid) IS NULL OR r.id > cast(:after as uuid)) ORDER BY r.id LIMIT :limit",
        {**reach.parameters, "cycle": cycle, "after": after, "limit": limit},
    )
