"""SQL of re-checks."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db import Transaction
from shared.db.narrowing import reach_condition

# The department and the indicator are those of the task's first clue.
POPULATION = """
SELECT t.id::text AS id, t.region_code, t.township_code AS township,
       CASE WHEN length(t.region_code) = 12 THEN t.region_code END AS village, t.outcome,
       coalesce(t.household_type, 'unregistered') AS household_type, c.org_code AS department, c.indicator
FROM verification_task t
LEFT JOIN LATERAL (SELECT w.org_code, w.indicator FROM warning w
                   WHERE w.county_code = t.county_code AND w.cycle = t.cycle AND w.task_id = t.id
                   ORDER BY w.id LIMIT 1) c ON true
WHERE t.county_code = :county AND t.cycle = :cycle AND t.state IN ('verified', 'closed')
  AND t.outcome IS NOT NULL AND t.origins <> '{recheck}'
  AND NOT EXISTS (SELECT FROM recheck_sample s WHERE s.county_code = t.county_code AND s.cycle = t.cycle
                    AND s.task_id = t.id)"""

ADD = """
INSERT INTO recheck (county_code, cycle, id, seed, seed_given, share, strata, population, population_sha256,
                     drawn_by, drawn_at)
VALUES (:county, :cycle, :id, :seed, :seed_given, :share, cast(:strata as text[]), cast(:population as jsonb),
        :population_sha256, :actor, :now)"""

ADD_SAMPLE = """
INSERT INTO recheck_sample (county_code, cycle, task_id, recheck_id, recheck_task_id, region_code, stratum,
                            first_outcome)
SELECT $1, $2, s.task_id, $3, s.recheck_task_id, s.region_code, s.stratum, s.first_outcome
FROM unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[])
     AS s (task_id, recheck_task_id, region_code, stratum, first_outcome)"""

COLUMNS = (
    "r.id, r.cycle, r.seed, r.seed_given, r.share, r.strata, r.population, r.population_sha256, r.drawn_by,"
    " r.drawn_at"
)

COUNTS = """
SELECT recheck_id, stratum, count(*)::int AS sample, count(agreed)::int AS done,
       count(*) FILTER (WHERE agreed)::int AS agreed, count(*) FILTER (WHERE NOT agreed)::int AS disagreed
FROM recheck_sample WHERE county_code = :county AND recheck_id = ANY (cast(:ids as uuid[]))
GROUP BY recheck_id, stratum"""

JUDGE = """
UPDATE recheck_sample s SET outcome = j.outcome, agreed = j.agreed, judged_at = $2
FROM unnest($3::text[], $4::uuid[], $5::text[], $6::boolean[]) AS j (cycle, task_id, outcome, agreed)
WHERE s.county_code = $1 AND s.cycle = j.cycle AND s.task_id = j.task_id"""

BY_TOWNSHIP = """
SELECT left(region_code, 9) AS township_code, count(*)::int AS sample, count(agreed)::int AS done,
       count(*) FILTER (WHERE NOT agreed)::int AS disagreed,
       coalesce(array_agg(task_id ORDER BY task_id) FILTER (WHERE NOT agreed), '{}') AS disagreed_task_ids,
       coalesce(array_agg(recheck_task_id ORDER BY task_id) FILTER (WHERE NOT agreed), '{}') AS recheck_task_ids
FROM recheck_sample s
WHERE county_code = :county AND cycle = ANY (cast(:cycles as text[])) AND __REACH__
GROUP BY 1 ORDER BY 1"""


async def population(tx: Transaction, cycle: str) -> Sequence[RowMapping]:
    """The verified tasks of a month that were not drawn before."""
    return await tx.rows(POPULATION, {"county": tx.county, "cycle": cycle})


async def add(tx: Transaction, recheck: Mapping[str, Any], sample: Sequence[Mapping[str, Any]]) -> None:
    await tx.execute(ADD, {**recheck, "county": tx.county, "actor": str(tx.actor), "now": tx.now})
    columns = ("task_id", "recheck_task_id", "region_code", "stratum", "first_outcome")
    driver = await tx.driver()
    await driver.execute(
        ADD_SAMPLE,
        tx.county,
        recheck["cycle"],
        recheck["id"],
        *([task[column] for task in sample] for column in columns),
    )


async def recheck(tx: Transaction, id_: UUID) -> RowMapping | None:
    return await tx.row(
        f"SELECT {COLUMNS} FROM recheck r WHERE r.county_code = :county AND r.id = :id",
        {"county": tx.county, "id": id_},
    )


async def by_seed(tx: Transaction, cycle: str, seed: str, share: Decimal) -> Sequence[RowMapping]:
    """The re-checks of a month that were drawn by a seed that was given, as ``id, strata``."""
    return await tx.rows(
        "SELECT r.id, r.strata FROM recheck r WHERE r.county_code = :county AND r.cycle = :cycle"
        " AND r.seed_given AND r.seed = :seed AND r.share = :share ORDER BY r.id",
        {"county": tx.county, "cycle": cycle, "seed": seed, "share": share},
    )


async def rechecks(
    tx: Transaction, cycle: str | None, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    return await tx.rows(
        f"SELECT {COLUMNS} FROM recheck r WHERE r.county_code = :county"
        " AND (cast(:cycle as text) IS NULL OR r.cycle = :cycle)"
        " AND (cast(:after as uuid) IS NULL OR r.id > :after) ORDER BY r.id LIMIT :limit",
        {"county": tx.county, "cycle": cycle, "after": after, "limit": limit},
    )


async def counts(tx: Transaction, ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """By re-check and stratum."""
    return await tx.rows(COUNTS, {"county": tx.county, "ids": list(ids)})


async def sample(
    tx: Transaction, row: RowMapping, after: UUID | None = None, limit: int | None = None
) -> Sequence[RowMapping]:
    """The drawn tasks of a re-check, by task."""
    return await tx.rows(
        "SELECT task_id, recheck_task_id, region_code, stratum, first_outcome, outcome, agreed, judged_at"
        " FROM recheck_sample WHERE county_code = :county AND cycle = :cycle AND recheck_id = :id"
        " AND (cast(:after as uuid) IS NULL OR task_id > :after) ORDER BY task_id LIMIT :limit",
        {"county": tx.county, "cycle": row["cycle"], "id": row["id"], "after": after, "limit": limit},
    )


async def samples_of(tx: Transaction, recheck_tasks: Sequence[UUID]) -> Sequence[RowMapping]:
    """What these tasks, where they are re-checks, are to be compared with."""
    return await tx.rows(
        "SELECT cycle, task_id, recheck_task_id, first_outcome FROM recheck_sample"
        " WHERE county_code = :county AND recheck_task_id = ANY (cast(:ids as uuid[])) ORDER BY task_id",
        {"county": tx.county, "ids": list(recheck_tasks)},
    )


async def judge(tx: Transaction, judged: Sequence[Mapping[str, Any]]) -> None:
    """``cycle, task_id, outcome, agreed``."""
    driver = await tx.driver()
    await driver.execute(
        JUDGE,
        tx.county,
        tx.now,
        *([each[column] for each in judged] for column in ("cycle", "task_id", "outcome", "agreed")),
    )


async def answered_so(tx: Transaction, firsts: Mapping[UUID, str]) -> Mapping[UUID, str]:
    """Of these tasks, given with their outcomes, the states of those that are in reach and still have that."""
    reach, values = reach_condition(tx.reach, "t.region_code")
    rows = await tx.rows(
        "SELECT t.id, t.state FROM verification_task t"
        " JOIN unnest(cast(:ids as uuid[]), cast(:outcomes as text[])) AS f (id, outcome) ON f.id = t.id"
        f" WHERE t.county_code = :county AND t.outcome = f.outcome AND {reach} ORDER BY t.id",
        {**values, "county": tx.county, "ids": list(firsts), "outcomes": list(firsts.values())},
    )
    return {row["id"]: row["state"] for row in rows}


async def by_township(tx: Transaction, cycles: Sequence[str]) -> Sequence[RowMapping]:
    reach, values = reach_condition(tx.reach, "s.region_code")
    return await tx.rows(
        BY_TOWNSHIP.replace("__REACH__", reach), {**values, "county": tx.county, "cycles": list(cycles)}
    )
