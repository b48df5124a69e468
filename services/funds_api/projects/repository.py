"""SQL of projects, narrowed to what the call reaches."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping

from shared.db.narrowing import within
from shared.db.transaction import Transaction

INSERT_PROJECT = """
INSERT INTO project (county_code, id, region_code, name, category, year, budget, state, plan, version,
                     created_at, created_by, changed_at)
VALUES (:county, :id, :region_code, :name, :category, :year, :budget, 'reserve', cast(:plan as jsonb), 1, :now,
        :actor, :now)"""

# A project should be completed by a day of its year (parameter); what has neither been nor was given up is overdue.
PROJECTS = """
WITH due AS (
    SELECT DISTINCT ON (county_code) county_code, value #>> '{{}}' AS day FROM parameter
    WHERE name = 'projects_completed_by' AND valid_from <= :today
    ORDER BY county_code, valid_from DESC, version DESC
)
SELECT q.* FROM (
    SELECT p.id, p.name, p.region_code, p.category, p.year, p.budget, p.state, p.appraisal_document_no, p.plan,
           p.selection_document_no, p.suspended_from, p.created_at, p.changed_at, p.version,
           coalesce(f.amount, 0) AS allocated, coalesce(f.paid, 0) AS paid, coalesce(f.retained, 0) AS retained,
           coalesce(f.transferred, 0) AS transferred, coalesce(f.held, 0) AS held,
           coalesce(f.committed, 0) AS committed, coalesce(f.free, 0) AS available,
           coalesce(f.allocations, '[]') AS allocations, d.due_on,
           coalesce(d.due_on < :today AND (p.state IN ('started', 'under_construction', 'suspended')
                                           OR p.state = 'reserve' AND f.amount > 0), false) AS overdue
    FROM project p LEFT JOIN due ON due.county_code = p.county_code
    CROSS JOIN LATERAL (SELECT to_date(p.year || '-' || due.day, 'YYYY-MM-DD') AS due_on) d
    LEFT JOIN LATERAL (
        SELECT sum(f.amount) AS amount, sum(f.paid) AS paid, sum(f.retained) AS retained,
               sum(f.transferred) AS transferred, sum(f.held) AS held, sum(f.committed) AS committed,
               sum(f.amount - f.paid - f.retained - f.transferred - f.held - f.committed) AS free,
               jsonb_agg(jsonb_build_object(
                   'allocation_id', f.allocation_id, 'amount', f.amount::text, 'paid', f.paid::text,
                   'retained', f.retained::text, 'transferred', f.transferred::text,
                   'held', f.held::text, 'committed', f.committed::text)
                   ORDER BY f.position) AS allocations
        FROM project_funding f WHERE f.county_code = p.county_code AND f.project_id = p.id
    ) f ON true
    WHERE {reach}
) q WHERE true"""

STATE = """
SELECT p.state, p.suspended_from, p.region_code, p.name, p.category, p.year, p.budget, p.plan, p.version
FROM project p WHERE {reach} AND p.id = :id"""

MOVE = """
UPDATE project p SET state = :to, version = p.version + 1, changed_at = :now, suspended_from = :suspended_from,
    appraisal_document_no = coalesce(:appraisal, p.appraisal_document_no)
WHERE {reach} AND p.id = :id AND p.version = :version"""

CHANGE = """
UPDATE project p SET name = :name, budget = :budget, plan = cast(:plan as jsonb), year = :year,
    selection_document_no = coalesce(:selection_document_no, p.selection_document_no),
    version = p.version + 1, changed_at = :now
WHERE {reach} AND p.id = :id AND p.version = :version"""


async def add_project(tx: Transaction, values: Mapping[str, Any]) -> None:
    plan = orjson.dumps(values["plan"], default=str).decode()
    await tx.execute(
        INSERT_PROJECT,
        {**values, "plan": plan, "county": tx.county, "now": tx.now, "actor": str(tx.actor)},
    )


async def project(tx: Transaction, project_id: UUID) -> RowMapping | None:
    near = within(tx, "p")
    return await tx.row(
        f"{PROJECTS.format(reach=f'{near.sql} AND p.id = :id')}",
        {**near.parameters, "id": project_id, "today": tx.today},
    )


async def projects(
    tx: Transaction,
    filters: Mapping[str, Any],
    region: tuple[str, str] | None,
    after: UUID | None,
    limit: int,
) -> Sequence[RowMapping]:
    """``filters``: year, state, category, planned_year, overdue, each may be None."""
    near = within(tx, "p")
    start, end = region or (None, None)
    reach = f"""{near.sql}
        AND (cast(:year as integer) IS NULL OR p.year = :year)
        AND (cast(:state as text) IS NULL OR p.state = :state)
        AND (cast(:category as text) IS NULL OR p.category = :category)
        AND (cast(:planned_year as integer) IS NULL
             OR p.plan @> jsonb_build_array(jsonb_build_object('year', cast(:planned_year as integer))))
        AND (cast(:start as text) IS NULL OR (p.region_code >= :start AND p.region_code < :end))
        AND (cast(:after as uuid) IS NULL OR p.id > :after)"""
    return await tx.rows(
        f"""{PROJECTS.format(reach=reach)}
        AND (cast(:overdue as boolean) IS NULL OR q.overdue = :overdue) ORDER BY q.id LIMIT :limit""",
        {
            **near.parameters,
            **filters,
            "today": tx.today,
            "start": start,
            "end": end,
            "after": after,
            "limit": limit,
        },
    )


async def state(tx: Transaction, project_id: UUID, lock: str = "") -> RowMapping | None:
    """``lock``: ``FOR SHARE`` keeps the state as it is, ``FOR NO KEY UPDATE`` is for who changes it."""
    near = within(tx, "p")
    statement = f"{STATE.format(reach=near.sql)} {lock}"
    return await tx.row(statement, {**near.parameters, "id": project_id})


async def move(tx: Transaction, project_id: UUID, version: int, values: Mapping[str, Any]) -> bool:
    """Whether the project still had this version. ``values``: to, suspended_from, appraisal."""
    near = within(tx, "p")
    given = {**values, "id": project_id, "version": version, "now": tx.now}
    result = await tx.execute(MOVE.format(reach=near.sql), {**near.parameters, **given})
    return result.rowcount == 1


async def change(tx: Transaction, project_id: UUID, version: int, values: Mapping[str, Any]) -> bool:
    """Whether the project still had this version. ``values``: name, budget, plan, year, selection_document_no."""
    near = within(tx, "p")
    plan = orjson.dumps(values["plan"], default=str).decode()
    given = {**values, "plan": plan, "id": project_id, "version": version, "now": tx.now}
    result = await tx.execute(CHANGE.format(reach=near.sql), {**near.parameters, **given})
    return result.rowcount == 1
