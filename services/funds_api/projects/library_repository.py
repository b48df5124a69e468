"""SQL of the papers of the library: transitions, appraisals, milestones, goals and evaluations."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping

from shared.db.identifiers import new_id
from shared.db.narrowing import within
from shared.db.transaction import Transaction

Paper = Literal[
    "project_transition",
    "project_appraisal",
    "project_milestone",
    "performance_goals",
    "performance_evaluation",
]

#: What is said of a project in each, besides whose it is, who said it and when.
COLUMNS: Mapping[Paper, tuple[str, ...]] = {
    "project_transition": ("from_state", "to_state", "reason", "document_no"),
    "project_appraisal": ("appraised_by", "appraised_on", "result", "document_no", "note"),
    "project_milestone": (
        "name", "planned_on", "first_planned_on", "reached_on", "reason", "version", "changed_at",
    ),
    "performance_goals": ("goals",),
    "performance_evaluation": (
        "goals_id", "evaluated_on", "document_no", "goals", "score", "result", "rule_version",
    ),
}  # fmt: skip

MILESTONES = """
SELECT q.* FROM (
    SELECT m.id, m.project_id, p.name AS project_name, m.region_code, m.name, m.planned_on, m.first_planned_on,
           m.reached_on, m.reason, m.version, m.changed_at,
           greatest(coalesce(m.reached_on, :today) - m.planned_on, 0) AS delay_days
    FROM project_milestone m JOIN project p ON p.county_code = m.county_code AND p.id = m.project_id
    WHERE {reach} AND (cast(:project_id as uuid) IS NULL OR m.project_id = :project_id)
      AND (cast(:year as integer) IS NULL OR p.year = :year)
      AND (cast(:start as text) IS NULL OR (m.region_code >= :start AND m.region_code < :end))
      AND (cast(:id as uuid) IS NULL OR m.id = :id)
) q WHERE (cast(:late as boolean) IS NULL OR (q.delay_days > 0) = :late)
  AND (cast(:after as uuid) IS NULL OR q.id > :after) ORDER BY q.id LIMIT :limit"""

CHANGE_MILESTONE = """
UPDATE project_milestone m SET planned_on = :planned_on, reached_on = :reached_on, reason = :reason,
    version = m.version + 1, changed_at = :now
WHERE {reach} AND m.id = :id AND m.version = :version"""


async def add_paper(
    tx: Transaction, paper: Paper, project_id: UUID, region: str, values: Mapping[str, Any]
) -> UUID:
    """Add one and tell its id. Lists and objects in ``values`` go in as JSON."""
    columns = COLUMNS[paper]
    paper_id = new_id()
    given = {
        name: orjson.dumps(value, default=str).decode() if isinstance(value, list) else value
        for name, value in values.items()
    }
    places = ", ".join(
        f"cast(:{name} as jsonb)" if isinstance(values[name], list) else f":{name}" for name in columns
    )
    await tx.execute(
        f"""INSERT INTO {paper} (county_code, id, region_code, project_id, created_at, created_by,
                                 {", ".join(columns)})
        VALUES (:county, :id, :region, :project_id, :now, :actor, {places})""",
        {
            **given,
            "county": tx.county,
            "id": paper_id,
            "region": region,
            "project_id": project_id,
            "now": tx.now,
            "actor": str(tx.actor),
        },
    )
    return paper_id


async def papers(
    tx: Transaction, paper: Paper, project_id: UUID, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """In the order in which they were added."""
    near = within(tx, "x")
    return await tx.rows(
        f"""{_select(paper)} WHERE {near.sql} AND x.project_id = :project_id
        AND (cast(:after as uuid) IS NULL OR x.id > :after) ORDER BY x.id LIMIT :limit""",
        {**near.parameters, "project_id": project_id, "after": after, "limit": limit},
    )


async def last_paper(tx: Transaction, paper: Paper, project_id: UUID) -> RowMapping | None:
    """The latest."""
    near = within(tx, "x")
    return await tx.row(
        f"{_select(paper)} WHERE {near.sql} AND x.project_id = :project_id ORDER BY x.id DESC LIMIT 1",
        {**near.parameters, "project_id": project_id},
    )


def _select(paper: Paper) -> str:
    named = ", ".join(f"x.{name}" for name in COLUMNS[paper])
    return f"SELECT x.id, x.project_id, x.created_at, x.created_by, {named} FROM {paper} x"


async def milestones(
    tx: Transaction, filters: Mapping[str, Any], region: tuple[str, str] | None, limit: int
) -> Sequence[RowMapping]:
    """``filters``: project_id, year, late, after, id, each may be None."""
    near = within(tx, "m")
    start, end = region or (None, None)
    given = {"id": None, "project_id": None, "year": None, "late": None, "after": None, **filters}
    return await tx.rows(
        MILESTONES.format(reach=near.sql),
        {**near.parameters, **given, "start": start, "end": end, "today": tx.today, "limit": limit},
    )


async def change_milestone(
    tx: Transaction,
    milestone_id: UUID,
    version: int,
    *,
    planned_on: date,
    reached_on: date | None,
    reason: str | None,
) -> bool:
    """Whether the milestone still had this version."""
    near = within(tx, "m")
    changed = await tx.execute(
        CHANGE_MILESTONE.format(reach=near.sql),
        {
            **near.parameters,
            "id": milestone_id,
            "version": version,
            "planned_on": planned_on,
            "reached_on": reached_on,
            "reason": reason,
            "now": tx.now,
        },
    )
    return changed.rowcount == 1
