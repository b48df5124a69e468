"""SQL of screenings and findings, narrowed to what the caller reaches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping

from shared.db import Transaction
from shared.db.narrowing import within
from shared.identifiers.regions import region_range

By = Literal["rule", "township", "severity"]

SCREENING: Final = (
    "s.id, s.region_code, s.state, s.rules, s.period, s.findings, s.opened, s.reopened, s.closed, s.version,"
    " s.by_severity, s.skipped, s.parameters_used, s.asked_by, s.asked_at, s.finished_at"
)
FINDING: Final = (
    "q.id, q.region_code, q.rule, q.severity, q.responsible, q.subject, q.subject_id, q.household_id, q.person_id,"
    " q.evidence, q.state, q.due_on, q.found_on, q.last_found_on, q.times_found, q.reopened, q.answered_by,"
    " q.closed_on, q.version"
)
WITH_NO: Final = (
    "quality_finding q LEFT JOIN household h ON h.county_code = q.county_code AND h.id = q.household_id"
)
_DOCUMENTS: Final = frozenset({"by_severity", "skipped", "parameters_used"})

KEYS: Final[Mapping[By, str]] = {
    "rule": "q.rule",
    "severity": "q.severity",
    "township": "left(q.region_code, 9)",
}


@dataclass(frozen=True, slots=True)
class Filters:
    """``state``: None for all that are not closed."""

    rule: str | None = None
    severity: str | None = None
    state: str | None = None
    region: str | None = None
    household_id: UUID | None = None
    responsible: str | None = None
    overdue: bool = False


async def persons(tx: Transaction, region: str, most: int) -> int:
    """How many persons a region has, counted no further than ``most``."""
    reach = within(tx, "p")
    start, end = region_range(region)
    found: int = await tx.scalar(
        f"""SELECT count(*) FROM (SELECT FROM person p WHERE {reach.sql}
        AND p.region_code >= :region_from AND p.region_code < :region_to LIMIT :most) counted""",
        {**reach.parameters, "region_from": start, "region_to": end, "most": most},
    )
    return found


async def take_turn(tx: Transaction) -> bool:
    """One screening at a time in a county; False where another runs."""
    found: bool = await tx.scalar(
        "SELECT pg_try_advisory_xact_lock(hashtext('quality ' || :county))", {"county": tx.county}
    )
    return found


async def add_screening(
    tx: Transaction, screening_id: UUID, region: str, rules: Sequence[str], period: str | None
) -> bool:
    """False where the period has its screening already."""
    result = await tx.execute(
        """INSERT INTO quality_screening (county_code, id, region_code, state, rules, period, findings, opened,
            reopened, closed, version, by_severity, skipped, parameters_used, asked_by, asked_at)
        VALUES (:county, :id, :region, 'received', cast(:rules as text[]), :period, 0, 0, 0, 0, 1, '{}', '[]',
            '[]', :actor, :now)
        ON CONFLICT (county_code, period) WHERE period IS NOT NULL DO NOTHING""",
        {
            "county": tx.county,
            "id": screening_id,
            "region": region,
            "rules": list(rules),
            "period": period,
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )
    return bool(result.rowcount)


async def change_screening(tx: Transaction, screening_id: UUID, changes: Mapping[str, Any]) -> None:
    assignments = "".join(
        f", {name} = cast(:{name} as jsonb)" if name in _DOCUMENTS else f", {name} = :{name}"
        for name in changes
    )
    values = {
        name: orjson.dumps(value, default=str).decode() if name in _DOCUMENTS else value
        for name, value in changes.items()
    }
    await tx.execute(
        f"UPDATE quality_screening SET version = version + 1{assignments}"
        " WHERE county_code = :county AND id = :id",
        {**values, "county": tx.county, "id": screening_id},
    )


async def screening(tx: Transaction, screening_id: UUID, *, lock: bool = False) -> RowMapping | None:
    reach = within(tx, "s")
    return await tx.row(
        f"SELECT {SCREENING} FROM quality_screening s WHERE s.id = :id AND {reach.sql}"
        + (" FOR UPDATE" if lock else ""),
        {**reach.parameters, "id": screening_id},
    )


async def list_screenings(tx: Transaction, before: UUID | None, limit: int) -> Sequence[RowMapping]:
    """The newest first."""
    reach = within(tx, "s")
    return await tx.rows(
        f"""SELECT {SCREENING} FROM quality_screening s
        WHERE {reach.sql} AND (cast(:before as uuid) IS NULL OR s.id < :before)
        ORDER BY s.id DESC LIMIT :most""",
        {**reach.parameters, "before": before, "most": limit + 1},
    )


def _conditions(tx: Transaction, filters: Filters) -> tuple[str, dict[str, Any]]:
    reach = within(tx, "q")
    values: dict[str, Any] = {**reach.parameters, "today": tx.today}
    conditions = [reach.sql]
    if filters.region is not None:
        values["region_from"], values["region_to"] = region_range(filters.region)
        conditions.append("q.region_code >= :region_from AND q.region_code < :region_to")
    for name in ("rule", "severity", "state", "household_id", "responsible"):
        if (wanted := getattr(filters, name)) is not None:
            values[name] = wanted
            conditions.append(f"q.{name} = :{name}")
    if filters.state is None:
        conditions.append("q.state <> 'closed'")
    if filters.overdue:
        conditions.append("q.state = 'open' AND q.due_on < :today")
    return " AND ".join(conditions), values


async def list_findings(
    tx: Transaction, filters: Filters, after: tuple[str | None, UUID | None], limit: int
) -> Sequence[RowMapping]:
    """By region and id, ``limit + 1`` of them."""
    conditions, values = _conditions(tx, filters)
    if after[0] is not None:
        values |= {"after_region": after[0], "after_id": after[1]}
        conditions += " AND (q.region_code, q.id) > (cast(:after_region as varchar), cast(:after_id as uuid))"
    return await tx.rows(
        f"SELECT {FINDING}, h.household_no FROM {WITH_NO} WHERE {conditions}"
        " ORDER BY q.region_code, q.id LIMIT :most",
        {**values, "most": limit + 1},
    )


async def finding(tx: Transaction, finding_id: UUID, *, lock: bool = False) -> RowMapping | None:
    reach = within(tx, "q")
    return await tx.row(
        f"SELECT {FINDING}, h.household_no FROM {WITH_NO} WHERE q.id = :id AND {reach.sql}"
        + (" FOR UPDATE OF q" if lock else ""),
        {**reach.parameters, "id": finding_id},
    )


async def steps(tx: Transaction, finding_id: UUID) -> Sequence[RowMapping]:
    reach = within(tx, "t")
    return await tx.rows(
        "SELECT t.version, t.state, t.reason, t.made_by, t.made_at FROM quality_finding_step t"
        f" WHERE t.finding_id = :finding AND {reach.sql} ORDER BY t.version",
        {**reach.parameters, "finding": finding_id},
    )


async def change_finding(tx: Transaction, finding_id: UUID, changes: Mapping[str, Any]) -> None:
    assignments = "".join(f", {name} = :{name}" for name in changes)
    await tx.execute(
        f"UPDATE quality_finding SET version = version + 1{assignments}"
        " WHERE county_code = :county AND id = :id",
        {**changes, "county": tx.county, "id": finding_id},
    )


async def add_step(tx: Transaction, row: RowMapping, state: str, reason: bytes | None) -> None:
    """The step that takes the finding of ``row`` to its next version."""
    await tx.execute(
        """INSERT INTO quality_finding_step
            (county_code, finding_id, version, region_code, state, reason, made_by, made_at)
        VALUES (:county, :finding, :version, :region, :state, :reason, :actor, :now)""",
        {
            "county": tx.county,
            "finding": row["id"],
            "version": row["version"] + 1,
            "region": row["region_code"],
            "state": state,
            "reason": reason,
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )


async def named(
    tx: Transaction, person_ids: Sequence[UUID], households: Sequence[UUID]
) -> Sequence[RowMapping]:
    """The sealed particulars of persons, and of a head for each household (a living one first)."""
    reach = within(tx, "p")
    return await tx.rows(
        f"""SELECT p.id, p.id AS about, p.sealed FROM person p
        WHERE p.id = ANY (cast(:persons as uuid[])) AND {reach.sql}
        UNION ALL (SELECT DISTINCT ON (p.household_id) p.id, p.household_id, p.sealed FROM person p
        WHERE p.household_id = ANY (cast(:households as uuid[])) AND {reach.sql}
        ORDER BY p.household_id, p.relationship <> '户主', p.status <> 'living', p.id)""",
        {**reach.parameters, "persons": list(person_ids), "households": list(households)},
    )


async def statistics(
    tx: Transaction, by: By, region: str | None, after: str | None, limit: int
) -> Sequence[RowMapping]:
    """Counts of findings by key, in its order."""
    reach = within(tx, "q")
    values: dict[str, Any] = {**reach.parameters, "today": tx.today, "after": after, "most": limit + 1}
    condition = reach.sql
    if region is not None:
        values["region_from"], values["region_to"] = region_range(region)
        condition += " AND q.region_code >= :region_from AND q.region_code < :region_to"
    states = ", ".join(
        f"count(*) FILTER (WHERE q.state = '{state}') AS {state}"
        for state in ("open", "corrected", "explained", "accepted", "closed")
    )
    return await tx.rows(
        f"""SELECT * FROM (SELECT {KEYS[by]} AS key, count(*) AS found, {states},
            count(*) FILTER (WHERE q.state = 'open' AND q.due_on < :today) AS overdue,
            cast(sum(q.reopened) as integer) AS reopened
        FROM quality_finding q WHERE {condition} GROUP BY 1) counted
        WHERE cast(:after as text) IS NULL OR key > :after ORDER BY key LIMIT :most""",
        values,
    )


async def follow_households(tx: Transaction, moved: Mapping[UUID, str]) -> None:
    """Findings go with the household that they are about, and their steps with them."""
    values = {"county": tx.county, "households": list(moved), "regions": list(moved.values())}
    await tx.execute(
        """UPDATE quality_finding_step t SET region_code = m.region_code
        FROM quality_finding q
        JOIN unnest(cast(:households as uuid[]), cast(:regions as text[])) AS m (id, region_code)
            ON m.id = q.household_id
        WHERE t.county_code = :county AND q.county_code = :county AND t.finding_id = q.id""",
        values,
    )
    await tx.execute(
        """UPDATE quality_finding q SET region_code = m.region_code
        FROM unnest(cast(:households as uuid[]), cast(:regions as text[])) AS m (id, region_code)
        WHERE q.county_code = :county AND q.household_id = m.id""",
        values,
    )


async def follow_places(tx: Transaction, codes: Mapping[str, str]) -> None:
    """Running findings about no household go with their place; closed ones stay where they were."""
    values = {"county": tx.county, "codes": list(codes), "regions": list(codes.values())}
    await tx.execute(
        """UPDATE quality_finding_step t SET region_code = m.region_code
        FROM quality_finding q
        JOIN unnest(cast(:codes as text[]), cast(:regions as text[])) AS m (code, region_code)
            ON m.code = q.region_code
        WHERE t.county_code = :county AND q.county_code = :county AND t.finding_id = q.id
        AND q.household_id IS NULL AND q.state <> 'closed'""",
        values,
    )
    await tx.execute(
        """UPDATE quality_finding q SET region_code = m.region_code
        FROM unnest(cast(:codes as text[]), cast(:regions as text[])) AS m (code, region_code)
        WHERE q.county_code = :county AND q.household_id IS NULL AND q.state <> 'closed'
        AND q.region_code = m.code""",
        values,
    )
