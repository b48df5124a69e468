"""SQL of the comparison, set-based."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.comparison.rules import Result
from services.warning_api.dispatch.rules import Placed
from shared.db import Transaction

UNCOMPARED = """
SELECT w.id, w.org_code, w.indicator, w.amount, w.region_code, w.matched_region_code, w.sealed,
       b.urgent_reason IS NOT NULL AS urgent
FROM warning w JOIN batch b ON b.county_code = w.county_code AND b.cycle = w.cycle AND b.id = w.batch_id
WHERE w.county_code = $1 AND w.cycle = $2 AND w.batch_id = $3 AND w.state = 'filed'
  AND w.match IS NULL AND w.id > $4 AND (NOT b.release_required OR b.released_at IS NOT NULL)
ORDER BY w.id LIMIT $5"""

# In the order of an index, which ends after one chunk, and without helpers. The planner believes that the policies
# let through one row in fifty, and so would read the whole month and sort it, for every chunk anew.
BY_INDEX = "SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off; SET LOCAL max_parallel_workers_per_gather = 0"

#: What the comparison makes of a warning, by column and type.
WRITTEN = {
    "match": "text",
    "state": "text",
    "task_id": "uuid",
    "matched_region_code": "text",
    "household_id": "uuid",
    "person_id": "uuid",
    "household_type": "text",
    "monitoring_type": "text",
    "below_threshold": "boolean",
}

# For the next statement: the planner believes that the bounds hold one warning, and would go through all results for
# each of thousands.
HASHED = "SET LOCAL enable_nestloop = off"
AS_PLANNED = "SET LOCAL enable_nestloop = on"

# Once for each warning: a row that changes costs an entry in every index. The columns come as one text each, which
# PostgreSQL takes apart: asyncpg looks at the elements of an array one by one. No value holds a comma. The bounds
# of the ids keep the planner from reading the whole month for every chunk.
RECORD_RESULTS = f"""
UPDATE warning w SET {", ".join(f"{column} = r.{column}" for column in WRITTEN)},
    closed_at = CASE WHEN r.state = 'closed' THEN $3::timestamptz END
FROM unnest({
    ", ".join(
        f"string_to_array(${place}, ',', '')::{kind}[]"
        for place, kind in enumerate(["uuid", "text", *WRITTEN.values()], 7)
    )
}) AS r (id, former_region, {", ".join(WRITTEN)})
WHERE w.county_code = $1 AND w.cycle = $2 AND w.id = r.id AND w.id BETWEEN $5 AND $6
  AND w.state = 'filed' AND (NOT $4 OR w.match IS NULL AND w.matched_region_code = r.former_region)"""

# The same record in an earlier month: the newest one before this month. Each month that had a batch is asked
# through its unique index; before the first ANALYZE of a month any other form walks all of it for every record.
POINT_BACK = """
UPDATE warning w SET earlier_cycle = e.cycle, earlier_id = e.id
FROM unnest($3::uuid[]) AS new (id)
JOIN warning n ON n.county_code = $1 AND n.cycle = $2 AND n.id = new.id AND n.id BETWEEN $5 AND $6
CROSS JOIN LATERAL (
    SELECT o.cycle, o.id FROM unnest($4::bpchar[]) AS month (cycle) JOIN warning o
        ON o.county_code = $1 AND o.cycle = month.cycle AND o.org_code = n.org_code
       AND o.source_record_id = n.source_record_id AND o.withdrawn_at IS NULL
    ORDER BY o.cycle DESC LIMIT 1) e
WHERE w.county_code = $1 AND w.cycle = $2 AND w.id = new.id AND w.id BETWEEN $5 AND $6"""

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


async def is_large(tx: Transaction, cycle: str, batch: UUID, more_than: int) -> bool:
    """Whether the batch has more records than that, and none of them is urgent."""
    large: bool | None = await tx.scalar(
        "SELECT received > :more_than AND urgent_reason IS NULL FROM batch"
        " WHERE county_code = :county AND cycle = :cycle AND id = :batch",
        {"county": tx.county, "cycle": cycle, "batch": batch, "more_than": more_than},
    )
    return large or False


async def uncompared(
    tx: Transaction, cycle: str, batch: UUID, after: UUID, limit: int
) -> Sequence[Mapping[str, Any]]:
    """The next warnings of a batch, by id; the transaction reads nothing else after it."""
    driver = await tx.driver()
    await driver.execute(BY_INDEX)
    rows: Sequence[Any] = await driver.fetch(UNCOMPARED, tx.county, cycle, batch, after, limit)
    return rows


async def record_results(
    tx: Transaction,
    cycle: str,
    results: Sequence[Result],
    places: Sequence[Placed],
    first: Sequence[str] = (),
) -> int:
    """Write the results of warnings, in the order of their ids, that are not compared, or were not for certain,
    and where they have gone; how many were written. ``first``: only of those that have no result at all and
    still stand in these regions."""
    driver = await tx.driver()
    await driver.execute(HASHED)
    status: str = await driver.execute(
        RECORD_RESULTS,
        tx.county,
        cycle,
        tx.now,
        bool(first),
        results[0].id,
        results[-1].id,
        _text(str(result.id) for result in results),
        _text(first or ("" for _ in results)),
        _text(result.match for result in results),
        _text(place.state for place in places),
        _text(str(place.task_id or "") for place in places),
        _text(place.region_code for place in places),
        _text(result.household_id or "" for result in results),
        _text(result.person_id or "" for result in results),
        _text(result.household_type or "" for result in results),
        _text(result.monitoring_type or "" for result in results),
        _text("t" if result.below_threshold else "f" for result in results),
    )
    await driver.execute(AS_PLANNED)
    return int(status.rpartition(" ")[2])


def _text(values: Iterable[str]) -> str:
    """A column as one text, an empty value for null."""
    return ",".join(values)


async def months_with_batches(tx: Transaction, cycles: Sequence[str]) -> list[str]:
    """Those of the months in which the county had a batch."""
    rows = await tx.rows(
        "SELECT DISTINCT cycle FROM batch WHERE county_code = :county AND cycle = ANY (cast(:cycles as bpchar[]))",
        {"county": tx.county, "cycles": list(cycles)},
    )
    return [row["cycle"] for row in rows]


async def point_back(tx: Transaction, cycle: str, ids: Sequence[UUID], earlier: Sequence[str]) -> None:
    """For warnings in the order of their ids; ``earlier``: months before this one that had batches."""
    driver = await tx.driver()
    await driver.execute(POINT_BACK, tx.county, cycle, list(ids), list(earlier), ids[0], ids[-1])


async def add_candidates(
    tx: Transaction, cycle: str, candidates: Sequence[tuple[UUID, str, str | None, UUID | None]]
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
