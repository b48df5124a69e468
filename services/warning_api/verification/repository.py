"""SQL of visits."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db import Transaction
from shared.db.narrowing import reach_condition

ADD = """
INSERT INTO verification (
    county_code, cycle, id, task_id, region_code, outcome, visited_on, needs_org, clue_outcomes, risk_types,
    per_capita_income, guarantees, register_as, sealed, verified_by, verified_at)
SELECT $1, v.cycle, v.id, v.task_id, v.region_code, v.outcome, v.visited_on, v.needs_org,
       v.clue_outcomes::jsonb, ARRAY(SELECT jsonb_array_elements_text(v.risk_types::jsonb)),
       v.per_capita_income, v.guarantees::jsonb, v.register_as, v.sealed, $2, $3
FROM unnest($4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::date[], $10::text[], $11::text[],
            $12::text[], $13::numeric[], $14::text[], $15::text[], $16::bytea[])
     AS v (cycle, id, task_id, region_code, outcome, visited_on, needs_org, clue_outcomes, risk_types,
           per_capita_income, guarantees, register_as, sealed)"""

COLUMNS = (
    "cycle",
    "id",
    "task_id",
    "region_code",
    "outcome",
    "visited_on",
    "needs_org",
    "clue_outcomes",
    "risk_types",
    "per_capita_income",
    "guarantees",
    "register_as",
    "sealed",
)

MARK_VERIFIED = """
UPDATE verification_task SET state = 'verified', outcome = v.outcome, verified_at = $2,
    received_at = coalesce(received_at, $2), accepted_at = NULL, updated_at = $2,
    version = version + 1, content_version = version + 1
FROM unnest($3::uuid[], $4::text[]) AS v (id, outcome)
WHERE county_code = $1 AND verification_task.id = v.id
RETURNING verification_task.id"""


async def lock_tasks(tx: Transaction, ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """Dispatched tasks in reach, locked in the order of their ids so that two requests cannot deadlock."""
    condition, parameters = reach_condition(tx.reach, "region_code")
    return await tx.rows(
        "SELECT id, cycle, region_code, state, dispatched_at, due_on, household_id, person_id, version,"
        " content_version FROM verification_task"
        " WHERE county_code = :county AND id = ANY (cast(:ids as uuid[])) AND dispatched_at IS NOT NULL"
        f" AND {condition} ORDER BY id FOR UPDATE",
        {"county": tx.county, "ids": list(ids), **parameters},
    )


async def warnings_of(tx: Transaction, ids: Sequence[UUID]) -> Sequence[RowMapping]:
    return await tx.rows(
        "SELECT id, task_id, cycle, state, outcome FROM warning"
        " WHERE county_code = :county AND task_id = ANY (cast(:ids as uuid[]))",
        {"county": tx.county, "ids": list(ids)},
    )


async def latest_answers(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, RowMapping]:
    """The last visit of each task, by task id."""
    rows = await tx.rows(
        "SELECT DISTINCT ON (task_id) task_id, id, cycle, sealed, outcome, visited_on, needs_org,"
        " clue_outcomes, risk_types, per_capita_income, guarantees, register_as FROM verification"
        " WHERE county_code = :county AND task_id = ANY (cast(:ids as uuid[])) ORDER BY task_id, id DESC",
        {"county": tx.county, "ids": list(ids)},
    )
    return {row["task_id"]: row for row in rows}


async def add(tx: Transaction, visits: Sequence[dict[str, Any]]) -> None:
    driver = await tx.driver()
    await driver.execute(
        ADD,
        tx.county,
        str(tx.actor),
        tx.now,
        *([visit[column] for visit in visits] for column in COLUMNS),
    )
    await driver.execute(
        MARK_VERIFIED,
        tx.county,
        tx.now,
        [visit["task_id"] for visit in visits],
        [visit["outcome"] for visit in visits],
    )
