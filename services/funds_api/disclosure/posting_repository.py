"""SQL of postings, and of what should have been posted."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db import Transaction
from shared.db.narrowing import within

#: What is to be put up in the place that it is for: the arrangements of townships and villages (F task 3).
SUBJECTS: Final = """
SELECT 'allocation' AS kind, s.id, s.county_code, s.region_code, s.document_no AS name, s.created_at
FROM allocation s WHERE {reach} AND length(s.region_code) > 6
UNION ALL
SELECT 'project', s.id, s.county_code, s.region_code, s.name, s.created_at
FROM project s WHERE {reach} AND length(s.region_code) > 6 AND s.state <> 'reserve'"""

NOT_POSTED: Final = """
SELECT q.kind, q.id AS subject_id, q.region_code, q.name, q.due_on FROM (
    SELECT s.*, cast(s.created_at AT TIME ZONE 'Asia/Shanghai' AS date) + cast(:days as integer) AS due_on
    FROM ({subjects}) s
) q
WHERE q.due_on < :today AND (cast(:after as uuid) IS NULL OR q.id > cast(:after as uuid))
AND NOT EXISTS (SELECT FROM disclosure_posting p
    WHERE p.county_code = q.county_code AND p.subject_id = q.id AND p.kind = q.kind)
ORDER BY q.id LIMIT :limit"""


async def subject(tx: Transaction, kind: str, subject_id: UUID) -> RowMapping | None:
    """``region_code`` of an allocation or project in reach."""
    near = within(tx, "s")
    return await tx.row(
        f"SELECT s.region_code FROM {kind} s WHERE {near.sql} AND s.id = :id",
        {**near.parameters, "id": subject_id},
    )


async def add(tx: Transaction, values: Mapping[str, Any]) -> None:
    await tx.execute(
        """INSERT INTO disclosure_posting
            (county_code, id, region_code, kind, subject_id, posted_on, place, recorded_by, recorded_at)
        VALUES (:county, :id, :region_code, :kind, :subject_id, :posted_on, :place, :actor, :now)""",
        {**values, "county": tx.county, "actor": str(tx.actor), "now": tx.now},
    )


async def postings(tx: Transaction, after: UUID | None, limit: int) -> Sequence[RowMapping]:
    near = within(tx, "p")
    return await tx.rows(
        f"""SELECT p.id, p.region_code, p.kind, p.subject_id, p.posted_on, p.place, p.recorded_by, p.recorded_at
        FROM disclosure_posting p WHERE {near.sql} AND (cast(:after as uuid) IS NULL OR p.id > :after)
        ORDER BY p.id LIMIT :limit""",
        {**near.parameters, "after": after, "limit": limit},
    )


async def not_posted(
    tx: Transaction, days: int, today: date, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Arrangements that were not put up within so many days, by id."""
    near = within(tx, "s")
    subjects = SUBJECTS.format(reach=near.sql)
    return await tx.rows(
        NOT_POSTED.format(subjects=subjects),
        {**near.parameters, "days": days, "today": today, "after": after, "limit": limit},
    )
