"""SQL of the comparison, set-based."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db import Transaction

UNCOMPARED = """
SELECT w.id, w.org_code, w.indicator, w.amount, w.region_code, w.sealed, b.urgent_reason IS NOT NULL AS urgent
FROM warning w JOIN batch b ON b.county_code = w.county_code AND b.cycle = w.cycle AND b.id = w.batch_id
WHERE w.county_code = :county AND w.cycle = :cycle AND w.batch_id = :batch AND w.state = 'filed'
  AND w.match IS NULL AND w.id > :after AND (NOT b.release_required OR b.released_at IS NOT NULL)
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

# The same record in an earlier month: the newest one before this month. Each month that had a batch is asked
# through its unique index; before the first ANALYZE of a month any other form walks all of it for every record.
POINT_BACK = """
WITH month AS MATERIALIZED (
    SELECT DISTINCT cycle FROM batch WHERE county_code = $1 AND cycle = ANY ($4::bpchar[]))
UPDATE warning w SET earlier_cycle = e.cycle, earlier_id = e.id
FROM unnest($3::uuid[]) AS new (id)
JOIN warning n ON n.county_code = $1 AND n.cycle = $2 AND n.id = new.id
CROSS JOIN LATERAL (
    SELECT o.cycle, o.id FROM month JOIN warning o
        ON o.county_code = $1 AND o.cycle = month.cycle AND o.org_code = n.org_code
       AND o.source_record_id = n.source_record_id AND o.withdrawn_at IS NULL
    ORDER BY o.cycle DESC LIMIT 1) e
WHERE w.county_code = $1 AND w.cycle = $2 AND w.id = new.id"""

#: The owner's function, since only the owner may ANALYZE: does so where the month has doubled since the last time.
REFRESH_STATISTICS = "SELECT warning.refresh_statistics(:cycle)"

ADD_CANDIDATES = """
INSERT INTO candidate (county_code, cycle, warning_id, options, person_id, decided_before, decided_by, decided_at,
                       version)
SELECT $1, $2, c.id, c.options::jsonb, c.person_id, c.decided_before,
       CASE WHEN c.decided_before IS NOT NULL THEN $3::text END,
       CASE WHEN c.decided_before IS NOT NULL THEN $4::timestamptz END, 1
FROM unnest($5::uuid[], $6::text[], $7::uuid[], $8::uuid[]) AS c (id, options, person_id, decided_before)
ON CONFLICT DO NOTHING"""

# The options that were seen when the decision was made tell whether somebody has come to be known since.
REMEMBERED = """
SELECT s.place, d.person_id, d.warning_id, c.options
FROM unnest(cast(:places as int[]), cast(:keys as bytea[])) AS s (place, subject_key)
CROSS JOIN LATERAL (
    SELECT * FROM match_decision m WHERE m.county_code = :county AND m.subject_key = s.subject_key
    ORDER BY m.decided_at DESC, m.id DESC LIMIT 1) d
LEFT JOIN candidate c ON c.county_code = :county AND c.cycle = d.cycle AND c.warning_id = d.warning_id
WHERE d.kind = 'decided'"""


async def refresh_statistics(tx: Transaction, cycle: str) -> None:
    await tx.execute(REFRESH_STATISTICS, {"cycle": cycle})


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


async def add_candidates(
    tx: Transaction, cycle: str, candidates: Sequence[tuple[UUID, str, UUID | None, UUID | None]]
) -> None:
    """``(warning id, options as JSON, person chosen before, warning for which that was decided)``."""
    if not candidates:
        return
    driver = await tx.driver()
    columns = (list(column) for column in zip(*candidates, strict=True))
    await driver.execute(ADD_CANDIDATES, tx.county, cycle, str(tx.actor), tx.now, *columns)


async def anything_decided(tx: Transaction) -> bool:
    return bool(
        await tx.scalar(
            "SELECT EXISTS (SELECT FROM match_decision WHERE county_code = :county)", {"county": tx.county}
        )
    )


async def remembered(tx: Transaction, places: Sequence[int], keys: Sequence[bytes]) -> Sequence[RowMapping]:
    """The decision that counts for each subject key, where there is one, with the options it was made on."""
    return await tx.rows(REMEMBERED, {"county": tx.county, "places": list(places), "keys": list(keys)})


async def add_decision(tx: Transaction, entry: Mapping[str, Any]) -> None:
    """``id, subject_key, org_code, cycle, warning_id, kind, person_id, household_id, reason``."""
    await tx.execute(
        "INSERT INTO match_decision (county_code, id, subject_key, org_code, cycle, warning_id, kind, person_id,"
        " household_id, reason, decided_by, decided_at)"
        " VALUES (:county, :id, :subject_key, :org_code, :cycle, :warning_id, :kind, :person_id, :household_id,"
        " :reason, :actor, :now)",
        {**entry, "county": tx.county, "actor": str(tx.actor), "now": tx.now},
    )


async def candidates(
    tx: Transaction, cycle: str | None, after: UUID | None, limit: int, *, decided: bool
) -> Sequence[RowMapping]:
    """Undecided ones or decided ones, by warning id."""
    return await tx.rows(
        "SELECT c.warning_id AS id, c.warning_id, c.cycle, c.options, c.version, c.person_id, c.decided_by,"
        " c.decided_at, c.decided_before, w.org_code, w.indicator, w.occurred_on, w.region_code, w.sealed"
        " FROM candidate c JOIN warning w ON w.county_code = c.county_code AND w.cycle = c.cycle"
        " AND w.id = c.warning_id"
        " WHERE c.county_code = :county AND (c.decided_at IS NOT NULL) = :decided AND w.withdrawn_at IS NULL"
        " AND (:decided OR w.state <> 'closed')"
        " AND (cast(:cycle as text) IS NULL OR c.cycle = :cycle)"
        " AND (cast(:after as uuid) IS NULL OR c.warning_id > cast(:after as uuid))"
        " ORDER BY c.warning_id LIMIT :limit",
        {"county": tx.county, "cycle": cycle, "after": after, "limit": limit, "decided": decided},
    )


async def candidate_for_decision(tx: Transaction, warning_id: UUID) -> RowMapping | None:
    """Locked until the decision, or its undoing, is written."""
    return await tx.row(
        "SELECT c.cycle, c.options, c.version, c.decided_at, w.id, w.org_code, w.indicator, w.amount,"
        " w.task_id, w.state, w.region_code, w.sealed, b.urgent_reason IS NOT NULL AS urgent"
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


async def reopen_candidate(tx: Transaction, cycle: str, warning_id: UUID) -> None:
    await tx.execute(
        "UPDATE candidate SET person_id = NULL, decided_by = NULL, decided_at = NULL, decided_before = NULL,"
        " version = version + 1"
        " WHERE county_code = :county AND cycle = :cycle AND warning_id = :id",
        {"county": tx.county, "cycle": cycle, "id": warning_id},
    )
