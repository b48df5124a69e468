"""SQL of surveys and their samples."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.cycles.quarters import cycles_of
from services.warning_api.surveys.rules import CALLABLE_OUTCOMES
from shared.db import Transaction
from shared.db.narrowing import expect_many_rows, within
from shared.identifiers.regions import region_range

SURVEY: Final = """
SELECT s.id, s.quarter, s.region_code, s.seed, s.asked, s.strata, s.script, s.drawn, s.state, s.made_by, s.made_at,
    s.closed_at, s.version FROM survey s"""

SAMPLE: Final = (
    "m.id, m.survey_id, m.region_code, m.township_code, m.cycle, m.task_id, m.stratum, m.position, m.state,"
    " m.called_on, m.answers, m.sealed, m.problems, m.answered_by, m.answered_at, m.version,"
    " t.sealed AS subject, t.household_id"
)

_OF_TASK: Final = (
    " JOIN verification_task t ON t.county_code = m.county_code AND t.cycle = m.cycle AND t.id = m.task_id"
)

#: A household once, as it was verified last; those with somebody to call whom no survey of the quarter has drawn.
POPULATION: Final = """
WITH asked AS (
    SELECT d.subject_key FROM survey v
    JOIN survey_sample m ON m.county_code = v.county_code AND m.survey_id = v.id
    JOIN verification_task d ON d.county_code = m.county_code AND d.cycle = m.cycle AND d.id = m.task_id
    WHERE v.county_code = :county AND v.quarter = :quarter AND d.cycle = ANY (cast(:cycles as text[])))
SELECT DISTINCT ON (t.subject_key) t.id, t.cycle, t.region_code, t.township_code, t.outcome,
    coalesce(t.household_type, 'unregistered') AS household_type
FROM verification_task t
WHERE {reach} AND t.cycle = ANY (cast(:cycles as text[])) AND t.verified_at IS NOT NULL
    AND t.state IN ('verified', 'closed') AND t.outcome = ANY (cast(:outcomes as text[]))
    AND t.township_code IS NOT NULL AND t.origins <> ARRAY['recheck']
    AND (cast(:low as text) IS NULL OR (t.region_code >= :low AND t.region_code < :high))
    AND NOT EXISTS (SELECT FROM asked a WHERE a.subject_key = t.subject_key)
ORDER BY t.subject_key, t.verified_at DESC, t.id DESC"""


async def one_at_a_time(tx: Transaction) -> None:
    """Surveys of a county are drawn one after another, so that no household is drawn into two."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtext('survey'), hashtext(:county))", {"county": tx.county}
    )


async def population(tx: Transaction, quarter: str, region: str | None) -> Sequence[RowMapping]:
    """The households that can be drawn, each by its latest task of the quarter."""
    reach = within(tx, "t")
    low, high = region_range(region) if region else (None, None)
    values = {
        "county": tx.county,
        "quarter": quarter,
        "cycles": list(cycles_of(quarter)),
        "outcomes": list(CALLABLE_OUTCOMES),
        "low": low,
        "high": high,
    }
    await expect_many_rows(tx)
    return await tx.rows(POPULATION.format(reach=reach.sql), {**reach.parameters, **values})


async def subjects(tx: Transaction, cycles: Sequence[str], ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """What is sealed of whom tasks are about, by task id."""
    rows = await tx.rows(
        "SELECT t.id, t.sealed FROM verification_task t WHERE t.county_code = :county"
        " AND t.cycle = ANY (cast(:cycles as text[])) AND t.id = ANY (cast(:ids as uuid[]))",
        {"county": tx.county, "cycles": list(cycles), "ids": list(ids)},
    )
    return {row["id"]: row["sealed"] for row in rows}


async def add(tx: Transaction, survey: Mapping[str, Any], samples: Sequence[Mapping[str, Any]]) -> None:
    await tx.execute(
        "INSERT INTO survey (county_code, id, region_code, quarter, seed, asked, strata, script, drawn, state,"
        " made_by, made_at, version) VALUES (:county, :id, :region, :quarter, :seed, cast(:asked as jsonb),"
        " cast(:strata as text[]), cast(:script as jsonb), cast(:drawn as jsonb), 'open', :actor, :now, 1)",
        {**survey, "county": tx.county, "actor": str(tx.actor), "now": tx.now},
    )
    await tx.execute(
        "INSERT INTO survey_sample (county_code, id, survey_id, region_code, township_code, cycle, task_id,"
        " stratum, position, state, answers, problems, version) VALUES (:county, :id, :survey, :region_code,"
        " :township_code, :cycle, :task, :stratum, :position, 'waiting', '{}', 0, 1)",
        [{**sample, "county": tx.county, "survey": survey["id"]} for sample in samples],
    )


async def surveys(
    tx: Transaction, quarter: str | None, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    reach = within(tx, "s")
    return await tx.rows(
        f"{SURVEY} WHERE {reach.sql} AND (cast(:quarter as text) IS NULL OR s.quarter = :quarter)"
        " AND (cast(:after as uuid) IS NULL OR s.id > cast(:after as uuid)) ORDER BY s.id LIMIT :limit",
        {**reach.parameters, "quarter": quarter, "after": after, "limit": limit},
    )


async def survey(tx: Transaction, survey_id: UUID, *, lock: str = "") -> RowMapping | None:
    """``lock``: ``SHARE`` while answers come in, ``UPDATE`` to close it."""
    reach = within(tx, "s")
    return await tx.row(
        f"{SURVEY} WHERE {reach.sql} AND s.id = :id" + (f" FOR {lock}" if lock else ""),
        {**reach.parameters, "id": survey_id},
    )


async def close(tx: Transaction, survey_id: UUID) -> None:
    await tx.execute(
        "UPDATE survey SET state = 'closed', closed_at = :now, version = version + 1"
        " WHERE county_code = :county AND id = :id",
        {"county": tx.county, "id": survey_id, "now": tx.now},
    )


async def calls(tx: Transaction, ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """Households by survey and state: ``survey_id, state, n, with_problems``."""
    reach = within(tx, "m")
    return await tx.rows(
        "SELECT m.survey_id, m.state, count(*)::int AS n,"
        " count(*) FILTER (WHERE m.problems > 0)::int AS with_problems FROM survey_sample m"
        f" WHERE {reach.sql} AND m.survey_id = ANY (cast(:ids as uuid[])) GROUP BY 1, 2",
        {**reach.parameters, "ids": list(ids)},
    )


async def answer_counts(tx: Transaction, survey_id: UUID) -> Sequence[RowMapping]:
    """``number, answer, n``."""
    reach = within(tx, "m")
    return await tx.rows(
        "SELECT a.key::int AS number, a.value AS answer, count(*)::int AS n"
        " FROM survey_sample m, jsonb_each_text(m.answers) AS a"
        f" WHERE {reach.sql} AND m.survey_id = :id GROUP BY 1, 2 ORDER BY 1, 2",
        {**reach.parameters, "id": survey_id},
    )


async def samples(
    tx: Transaction, survey_id: UUID, state: str | None, after: int, limit: int
) -> Sequence[RowMapping]:
    """In the order of drawing, with what is sealed of whom they are about."""
    reach = within(tx, "m")
    return await tx.rows(
        f"SELECT {SAMPLE} FROM survey_sample m{_OF_TASK} WHERE {reach.sql} AND m.survey_id = :survey"
        " AND m.position > :after AND (cast(:state as text) IS NULL OR m.state = :state)"
        " ORDER BY m.position LIMIT :limit",
        {**reach.parameters, "survey": survey_id, "state": state, "after": after, "limit": limit},
    )


async def hold_samples(tx: Transaction, survey_id: UUID, ids: Sequence[UUID]) -> dict[UUID, RowMapping]:
    """Samples that are about to be answered, locked in the order of their ids."""
    reach = within(tx, "m")
    rows = await tx.rows(
        f"SELECT {SAMPLE} FROM survey_sample m{_OF_TASK} WHERE {reach.sql} AND m.survey_id = :survey"
        " AND m.id = ANY (cast(:ids as uuid[])) ORDER BY m.id FOR UPDATE OF m",
        {**reach.parameters, "survey": survey_id, "ids": list(ids)},
    )
    return {row["id"]: row for row in rows}


async def answer(tx: Transaction, sample_id: UUID, call: Mapping[str, Any]) -> None:
    """``call``: ``state, called_on, answers, sealed, problems``; the sample's next version."""
    await tx.execute(
        "UPDATE survey_sample SET state = :state, called_on = :called_on, answers = cast(:answers as jsonb),"
        " sealed = :sealed, problems = :problems, answered_by = :actor, answered_at = :now,"
        " version = version + 1 WHERE county_code = :county AND id = :id",
        {**call, "county": tx.county, "id": sample_id, "actor": str(tx.actor), "now": tx.now},
    )
