"""SQL of linkages, narrowed to what the call reaches."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db.narrowing import expect_many_rows, within
from shared.db.transaction import Transaction

ADD: Final = """
INSERT INTO linkage (county_code, id, region_code, project_id, household_id, household_type, monitoring_type, as_of,
                     kind, created_at, created_by)
VALUES (:county, :id, :region_code, :project_id, :household_id, :household_type, :monitoring_type, :as_of, :kind,
        :now, :actor)"""

ADD_VERSION: Final = """
INSERT INTO linkage_version (county_code, linkage_id, version, region_code, amount, starts_on, ends_on, withdrawn,
                             note, reason, changed_at, changed_by)
VALUES (:county, :id, :version, :region_code, :amount, :starts_on, :ends_on, :withdrawn, :note, :reason, :now, :actor)
ON CONFLICT (county_code, linkage_id, version) DO NOTHING"""

#: The last version of linkage ``l``.
LAST: Final = """
SELECT v.* FROM linkage_version v WHERE v.county_code = l.county_code AND v.linkage_id = l.id
ORDER BY v.version DESC LIMIT 1"""

LINKAGES: Final = f"""
SELECT l.id, l.project_id, l.household_id, l.region_code, l.household_type, l.monitoring_type, l.as_of, l.kind,
       l.created_at, v.amount, v.starts_on, v.ends_on, v.note, v.withdrawn, v.version
FROM linkage l CROSS JOIN LATERAL ({LAST}) v WHERE {{reach}}"""

# The projects are held meanwhile, so that nothing is added beside it.
MEETING: Final = f"""
SELECT DISTINCT g.place
FROM unnest(cast(:places as int[]), cast(:projects as uuid[]), cast(:households as uuid[]), cast(:kinds as text[]),
            cast(:starts as date[]), cast(:ends as date[]))
    AS g (place, project_id, household_id, kind, starts_on, ends_on)
JOIN linkage l ON l.county_code = :county AND l.project_id = g.project_id AND l.household_id = g.household_id
    AND l.kind = g.kind
CROSS JOIN LATERAL ({LAST}) v
WHERE NOT v.withdrawn AND l.id IS DISTINCT FROM cast(:except as uuid)
AND v.starts_on <= coalesce(g.ends_on, 'infinity') AND coalesce(v.ends_on, 'infinity') >= g.starts_on"""

#: Linkages that hold in a year.
HOLDING: Final = f"""
FROM linkage l CROSS JOIN LATERAL ({LAST}) v
WHERE {{reach}} AND NOT v.withdrawn AND v.starts_on <= make_date(:year, 12, 31)
AND coalesce(v.ends_on, 'infinity') >= make_date(:year, 1, 1)"""

COUNTS: Final = f"""
SELECT p.id AS project_id, p.name, p.region_code, p.category, c.linkages, c.households, c.monitored, c.amount
FROM (
    SELECT l.county_code, l.project_id, count(*) AS linkages, count(DISTINCT l.household_id) AS households,
           count(DISTINCT l.household_id) FILTER (WHERE l.monitoring_type IS NOT NULL) AS monitored,
           sum(v.amount) AS amount
    {HOLDING} GROUP BY l.county_code, l.project_id
) c JOIN project p ON p.county_code = c.county_code AND p.id = c.project_id
WHERE {{reach_of_projects}} AND (cast(:project_id as uuid) IS NULL OR p.id = :project_id)
AND (cast(:start as text) IS NULL OR (p.region_code >= :start AND p.region_code < :end))
AND (cast(:after as uuid) IS NULL OR p.id > :after) ORDER BY p.id LIMIT :limit"""

WITHOUT: Final = f"""
SELECT p.id AS project_id, p.name, p.region_code, p.year FROM project p
WHERE {{reach_of_projects}} AND p.category = 'industry' AND p.state NOT IN ('reserve', 'terminated')
AND p.year <= :year
AND NOT EXISTS (SELECT {HOLDING} AND l.county_code = p.county_code AND l.project_id = p.id)
AND (cast(:start as text) IS NULL OR (p.region_code >= :start AND p.region_code < :end))
AND (cast(:after as uuid) IS NULL OR p.id > :after) ORDER BY p.id LIMIT :limit"""


async def add(tx: Transaction, linkages: Sequence[Mapping[str, Any]]) -> None:
    given = {"county": tx.county, "now": tx.now, "actor": str(tx.actor)}
    first = {"version": 1, "withdrawn": False, "reason": None}
    await tx.execute(ADD, [{**each, **given} for each in linkages])
    await tx.execute(ADD_VERSION, [{**each, **first, **given} for each in linkages])


async def add_version(tx: Transaction, values: Mapping[str, Any]) -> bool:
    """Whether nobody else has added this version."""
    given = {"county": tx.county, "now": tx.now, "actor": str(tx.actor)}
    return (await tx.execute(ADD_VERSION, {**values, **given})).rowcount == 1


async def meeting(
    tx: Transaction,
    bonds: Sequence[tuple[UUID, UUID, str, date, date | None]],
    except_for: UUID | None = None,
) -> list[int]:
    """Places of (project, household, kind, starts_on, ends_on) whose period meets that of one that is there."""
    projects, households, kinds, starts, ends = zip(*bonds, strict=True)
    rows = await tx.rows(
        MEETING,
        {
            "county": tx.county,
            "places": list(range(len(bonds))),
            "projects": list(projects),
            "households": list(households),
            "kinds": list(kinds),
            "starts": list(starts),
            "ends": list(ends),
            "except": except_for,
        },
    )
    return sorted(row["place"] for row in rows)


async def linkage(tx: Transaction, linkage_id: UUID) -> RowMapping | None:
    near = within(tx, "l")
    statement = f"{LINKAGES.format(reach=near.sql)} AND l.id = :id"
    return await tx.row(statement, {**near.parameters, "id": linkage_id})


async def linkages(
    tx: Transaction,
    filters: Mapping[str, Any],
    region: tuple[str, str] | None,
    after: UUID | None,
    limit: int,
) -> Sequence[RowMapping]:
    """``filters``: project_id, household_id, kind, on, withdrawn, each may be None."""
    near = within(tx, "l")
    start, end = region or (None, None)
    return await tx.rows(
        f"""{LINKAGES.format(reach=near.sql)}
        AND (cast(:project_id as uuid) IS NULL OR l.project_id = :project_id)
        AND (cast(:household_id as uuid) IS NULL OR l.household_id = :household_id)
        AND (cast(:kind as text) IS NULL OR l.kind = :kind)
        AND (cast(:on as date) IS NULL OR (NOT v.withdrawn AND v.starts_on <= cast(:on as date)
             AND coalesce(v.ends_on, 'infinity') >= cast(:on as date)))
        AND (cast(:withdrawn as boolean) IS NULL OR v.withdrawn = :withdrawn)
        AND (cast(:start as text) IS NULL OR (l.region_code >= :start AND l.region_code < :end))
        AND (cast(:after as uuid) IS NULL OR l.id > :after) ORDER BY l.id LIMIT :limit""",
        {**near.parameters, **filters, "start": start, "end": end, "after": after, "limit": limit},
    )


async def versions(tx: Transaction, linkage_id: UUID) -> Sequence[RowMapping]:
    near = within(tx, "v")
    return await tx.rows(
        "SELECT v.version, v.amount, v.starts_on, v.ends_on, v.withdrawn, v.note, v.reason, v.changed_at, v.changed_by"
        f" FROM linkage_version v WHERE {near.sql} AND v.linkage_id = :id ORDER BY v.version",
        {**near.parameters, "id": linkage_id},
    )


async def counts(tx: Transaction, asked: Mapping[str, Any]) -> Sequence[RowMapping]:
    """``asked``: year, project_id, start, end, after, limit."""
    return await _by_project(tx, COUNTS, asked)


async def without(tx: Transaction, asked: Mapping[str, Any]) -> Sequence[RowMapping]:
    """Industry projects that no linkage holds for. ``asked``: year, start, end, after, limit."""
    return await _by_project(tx, WITHOUT, asked)


async def _by_project(tx: Transaction, statement: str, asked: Mapping[str, Any]) -> Sequence[RowMapping]:
    await expect_many_rows(tx)
    near = within(tx, "l")
    return await tx.rows(
        statement.format(reach=near.sql, reach_of_projects=within(tx, "p").sql), {**near.parameters, **asked}
    )
