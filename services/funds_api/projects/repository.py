"""SQL of projects, narrowed to what the call reaches."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db.narrowing import within
from shared.db.transaction import Transaction

INSERT_PROJECT = """
INSERT INTO project (county_code, id, region_code, name, category, year, budget, state, version,
                     created_at, created_by, changed_at)
VALUES (:county, :id, :region_code, :name, :category, :year, :budget, 'reserve', 1, :now, :actor, :now)"""

INSERT_FUNDING = """
INSERT INTO project_funding
    (county_code, project_id, allocation_id, region_code, position, amount, paid, retained)
VALUES (:county, :project_id, :allocation_id, :region_code, :position, :amount, 0, 0)"""

PROJECTS = """
SELECT p.id, p.name, p.region_code, p.category, p.year, p.budget, p.state, p.appraisal_document_no,
       p.created_at, p.changed_at, p.version, coalesce(f.amount, 0) AS allocated, coalesce(f.paid, 0) AS paid,
       coalesce(f.retained, 0) AS retained, coalesce(f.amount - f.paid - f.retained, 0) AS available,
       coalesce(f.allocations, '[]') AS allocations
FROM project p LEFT JOIN LATERAL (
    SELECT sum(f.amount) AS amount, sum(f.paid) AS paid, sum(f.retained) AS retained,
           jsonb_agg(jsonb_build_object(
               'allocation_id', f.allocation_id, 'amount', f.amount::text, 'paid', f.paid::text,
               'retained', f.retained::text) ORDER BY f.position) AS allocations
    FROM project_funding f WHERE f.county_code = p.county_code AND f.project_id = p.id
) f ON true
WHERE {reach}"""

STATE = "SELECT p.state, p.region_code, p.version FROM project p WHERE {reach} AND p.id = :id"

MOVE = """
UPDATE project p SET state = :to, version = p.version + 1, changed_at = :now,
    appraisal_document_no = coalesce(:appraisal, p.appraisal_document_no)
WHERE {reach} AND p.id = :id AND p.version = :version"""

# The order of locking is the order of the parts, for every payment of the project.
LOCK_FUNDINGS = """
SELECT f.allocation_id, f.amount - f.paid - f.retained AS free FROM project_funding f
WHERE {reach} AND f.project_id = :project_id ORDER BY f.position FOR UPDATE"""

PAY = """
UPDATE project_funding f SET paid = f.paid + :paid, retained = f.retained + :retained
WHERE {reach} AND f.project_id = :project_id AND f.allocation_id = :allocation_id"""


async def add_project(tx: Transaction, values: Mapping[str, Any]) -> None:
    await tx.execute(INSERT_PROJECT, {**values, "county": tx.county, "now": tx.now, "actor": str(tx.actor)})


async def add_fundings(tx: Transaction, fundings: Sequence[Mapping[str, Any]]) -> None:
    await tx.execute(INSERT_FUNDING, [{**funding, "county": tx.county} for funding in fundings])


async def project(tx: Transaction, project_id: UUID) -> RowMapping | None:
    near = within(tx, "p")
    return await tx.row(
        f"{PROJECTS.format(reach=near.sql)} AND p.id = :id", {**near.parameters, "id": project_id}
    )


async def projects(
    tx: Transaction,
    filters: Mapping[str, Any],
    region: tuple[str, str] | None,
    after: UUID | None,
    limit: int,
) -> Sequence[RowMapping]:
    """``filters``: year, state, category, each may be None."""
    near = within(tx, "p")
    start, end = region or (None, None)
    return await tx.rows(
        f"""{PROJECTS.format(reach=near.sql)}
        AND (cast(:year as integer) IS NULL OR p.year = :year)
        AND (cast(:state as text) IS NULL OR p.state = :state)
        AND (cast(:category as text) IS NULL OR p.category = :category)
        AND (cast(:start as text) IS NULL OR (p.region_code >= :start AND p.region_code < :end))
        AND (cast(:after as uuid) IS NULL OR p.id > :after) ORDER BY p.id LIMIT :limit""",
        {**near.parameters, **filters, "start": start, "end": end, "after": after, "limit": limit},
    )


async def state(tx: Transaction, project_id: UUID) -> RowMapping | None:
    near = within(tx, "p")
    return await tx.row(STATE.format(reach=near.sql), {**near.parameters, "id": project_id})


async def move(tx: Transaction, project_id: UUID, version: int, to: str, appraisal: str | None) -> bool:
    """Whether the project still had this version."""
    near = within(tx, "p")
    values = {"id": project_id, "version": version, "to": to, "appraisal": appraisal, "now": tx.now}
    result = await tx.execute(MOVE.format(reach=near.sql), {**near.parameters, **values})
    return result.rowcount == 1


async def lock_fundings(tx: Transaction, project_id: UUID) -> Sequence[RowMapping]:
    """The project's parts with what is free of each, held until the transaction ends."""
    near = within(tx, "f")
    return await tx.rows(LOCK_FUNDINGS.format(reach=near.sql), {**near.parameters, "project_id": project_id})


async def pay(tx: Transaction, project_id: UUID, parts: Sequence[Mapping[str, Any]]) -> None:
    """``parts``: allocation_id, paid, retained; of parts that are locked."""
    near = within(tx, "f")
    rows = [{**near.parameters, "project_id": project_id, **part} for part in parts]
    await tx.execute(PAY.format(reach=near.sql), rows)
