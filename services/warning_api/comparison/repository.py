"""SQL of the comparison, set-based."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db import Transaction

UNCOMPARED = """
SELECT w.id, w.org_code, w.indicator, w.amount, w.region_code, w.sealed, b.urgent_reason IS NOT NULL AS urgent
FROM warning w JOIN batch b ON b.county_code = w.county_code AND b.cycle = w.cycle AND b.id = w.batch_id
WHERE w.county_code = :county AND w.cycle = :cycle AND w.batch_id = :batch AND w.state = 'filed'
  AND w.match IS NULL AND w.id > :after
ORDER BY w.id LIMIT :limit"""

# Comparisons of one county and month go one after another, so that a household gets one task.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('comparison'), hashtext(:place))"

RECORD_RESULTS = """
UPDATE warning w
SET match = r.match, state = CASE WHEN r.match = 'candidate' THEN w.state ELSE 'compared' END,
    matched_region_code = r.region_code, household_id = r.household_id, person_id = r.person_id,
    household_type = r.household_type, monitoring_type = r.monitoring_type,
    below_threshold = r.below_threshold
FROM unnest($3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::boolean[])
     AS r (id, match, region_code, household_id, person_id, household_type, monitoring_type, below_threshold)
WHERE w.county_code = $1 AND w.cycle = $2 AND w.id = r.id AND w.state = 'filed'
RETURNING w.id"""

# The same record in an earlier month: the newest one before this month, month by month as partitions stand.
POINT_BACK = """
UPDATE warning w SET earlier_cycle = e.cycle, earlier_id = e.id
FROM (SELECT DISTINCT ON (n.id) n.id AS new_id, o.cycle, o.id
      FROM warning n JOIN warning o
        ON o.county_code = n.county_code AND o.org_code = n.org_code
       AND o.source_record_id = n.source_record_id AND o.cycle = ANY ($4::text[])
      WHERE n.county_code = $1 AND n.cycle = $2 AND n.id = ANY ($3::uuid[])
      ORDER BY n.id, o.cycle DESC) e
WHERE w.county_code = $1 AND w.cycle = $2 AND w.id = e.new_id"""

ADD_CANDIDATES = """
INSERT INTO candidate (county_code, cycle, warning_id, options, version)
SELECT $1, $2, c.id, c.options::jsonb, 1 FROM unnest($3::uuid[], $4::text[]) AS c (id, options)
ON CONFLICT DO NOTHING"""


async def uncompared(
    tx: Transaction, cycle: str, batch: UUID, after: UUID, limit: int
) -> Sequence[RowMapping]:
    return await tx.rows(
        UNCOMPARED,
        {"county": tx.county, "cycle": cycle, "batch": batch, "after": after, "limit": limit},
    )


async def one_at_a_time(tx: Transaction, cycle: str) -> None:
    await tx.execute(ONE_AT_A_TIME, {"place": f"{tx.county}/{cycle}"})


async def record_results(tx: Transaction, cycle: str, results: Sequence[dict[str, Any]]) -> set[UUID]:
    """Write the results of warnings that have none yet; the ids that were written."""
    driver = await tx.driver()
    columns = (
        "id",
        "match",
        "region_code",
        "household_id",
        "person_id",
        "household_type",
        "monitoring_type",
        "below_threshold",
    )
    rows = await driver.fetch(
        RECORD_RESULTS, tx.county, cycle, *([result[column] for result in results] for column in columns)
    )
    return {UUID(bytes=row["id"].bytes) for row in rows}


async def point_back(tx: Transaction, cycle: str, ids: Sequence[UUID], earlier: Sequence[str]) -> None:
    driver = await tx.driver()
    await driver.execute(POINT_BACK, tx.county, cycle, list(ids), list(earlier))


async def add_candidates(tx: Transaction, cycle: str, options: Sequence[tuple[UUID, str]]) -> None:
    """``(warning id, options as JSON)``."""
    driver = await tx.driver()
    await driver.execute(
        ADD_CANDIDATES, tx.county, cycle, [id_ for id_, _ in options], [text for _, text in options]
    )


async def candidates(
    tx: Transaction, cycle: str | None, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Undecided ones, by warning id."""
    return await tx.rows(
        "SELECT c.warning_id AS id, c.warning_id, c.cycle, c.options, c.version, w.org_code, w.indicator,"
        " w.occurred_on, w.region_code, w.sealed"
        " FROM candidate c JOIN warning w ON w.county_code = c.county_code AND w.cycle = c.cycle"
        " AND w.id = c.warning_id"
        " WHERE c.county_code = :county AND c.decided_at IS NULL"
        " AND (cast(:cycle as text) IS NULL OR c.cycle = :cycle)"
        " AND (cast(:after as uuid) IS NULL OR c.warning_id > cast(:after as uuid))"
        " ORDER BY c.warning_id LIMIT :limit",
        {"county": tx.county, "cycle": cycle, "after": after, "limit": limit},
    )


async def candidate_for_decision(tx: Transaction, warning_id: UUID) -> RowMapping | None:
    """Locked until the decision is written."""
    return await tx.row(
        "SELECT c.cycle, c.options, c.version, c.decided_at, w.id, w.org_code, w.indicator, w.amount,"
        " w.region_code, w.sealed, b.urgent_reason IS NOT NULL AS urgent"
        " FROM candidate c JOIN warning w ON w.county_code = c.county_code AND w.cycle = c.cycle"
        " AND w.id = c.warning_id"
        " JOIN batch b ON b.county_code = w.county_code AND b.cycle = w.cycle AND b.id = w.batch_id"
        " WHERE c.county_code = :county AND c.warning_id = :id FOR UPDATE OF c",
        {"county": tx.county, "id": warning_id},
    )


async def record_decision(tx: Transaction, cycle: str, warning_id: UUID, person_id: UUID | None) -> None:
    await tx.execute(
        "UPDATE candidate SET person_id = :person, decided_by = :actor, decided_at = :now,"
        " version = version + 1"
        " WHERE county_code = :county AND cycle = :cycle AND warning_id = :id",
        {
            "county": tx.county,
            "cycle": cycle,
            "id": warning_id,
            "person": person_id,
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )


async def unfinished_batches(tx: Transaction) -> Sequence[RowMapping]:
    """Batches whose comparison has not come to its end, in this county."""
    return await tx.rows(
        "SELECT cycle, id FROM batch WHERE county_code = :county AND state = 'filed' ORDER BY id",
        {"county": tx.county},
    )
