"""SQL of assets, narrowed to what the call reaches."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db.narrowing import within
from shared.db.transaction import Transaction

# Two assets of one number meet in the unique key: the second waits for the first, and adds nothing.
ADD: Final = """
INSERT INTO asset (county_code, id, region_code, project_id, register_no, kind, original_value, state, version,
                   created_at, created_by)
VALUES (:county, :id, :region_code, :project_id, :register_no, :kind, :original_value, 'in_use', 1, :now, :actor)
ON CONFLICT (county_code, register_no) DO NOTHING"""

ADD_VERSION: Final = """
INSERT INTO asset_version (county_code, asset_id, version, region_code, name, location, owner_kind, owner_name,
    credit_code, owner_household_id, keeper_kind, keeper_id, keeper_sealed, reason, document_no, changed_at, changed_by)
VALUES (:county, :asset_id, :version, :region_code, :name, :location, :owner_kind, :owner_name, :credit_code,
    :owner_household_id, :keeper_kind, :keeper_id, :keeper_sealed, :reason, :document_no, :now, :actor)"""

VERSION: Final = """v.name, v.location, v.owner_kind, v.owner_name, v.credit_code, v.owner_household_id,
    v.keeper_kind, v.keeper_id, v.keeper_sealed"""

#: The last version of asset ``a``.
LAST: Final = """
SELECT v.* FROM asset_version v WHERE v.county_code = a.county_code AND v.asset_id = a.id
ORDER BY v.version DESC LIMIT 1"""

ASSETS: Final = f"""
SELECT a.county_code, a.id, a.id AS asset_id, a.project_id, a.register_no, a.kind, a.region_code, a.original_value,
       a.state, a.version, a.created_at, {VERSION}, r.year AS reviewed_in, r.decision,
       (SELECT coalesce(sum(i.amount), 0) FROM asset_income i
        WHERE i.county_code = a.county_code AND i.asset_id = a.id) AS income
FROM asset a CROSS JOIN LATERAL ({LAST}) v
LEFT JOIN LATERAL (
    SELECT r.year, r.decision FROM asset_review r WHERE r.county_code = a.county_code AND r.asset_id = a.id
    ORDER BY r.year DESC LIMIT 1
) r ON true
WHERE {{reach}}"""

FILTERS: Final = """
AND (cast(:kind as text) IS NULL OR a.kind = :kind)
AND (cast(:state as text) IS NULL OR a.state = :state)
AND (cast(:project_id as uuid) IS NULL OR a.project_id = :project_id)
AND (cast(:start as text) IS NULL OR (a.region_code >= :start AND a.region_code < :end))
AND (cast(:not_reviewed_in as integer) IS NULL OR NOT EXISTS (SELECT FROM asset_review n
     WHERE n.county_code = a.county_code AND n.asset_id = a.id AND n.year = :not_reviewed_in))
AND (cast(:after as uuid) IS NULL OR a.id > :after) ORDER BY a.id LIMIT :limit"""

HOLD: Final = """
SELECT a.id, a.region_code, a.kind, a.state, a.version FROM asset a WHERE {reach} AND a.id = :id"""

CHANGE: Final = """
UPDATE asset SET state = :state, version = version + 1 WHERE county_code = :county AND id = :id"""

# Income of a station that is an asset counts as the asset's. What was registered in the year needs no income yet.
FINDINGS: Final = f"""
SELECT a.id AS asset_id, a.project_id, a.register_no, a.kind, a.region_code, v.name, f.finding,
       (a.id || ':' || f.finding) COLLATE "C" AS key
FROM asset a CROSS JOIN LATERAL ({LAST}) v
CROSS JOIN LATERAL (SELECT extract(year FROM a.created_at AT TIME ZONE 'Asia/Shanghai') AS since) s
CROSS JOIN LATERAL (VALUES
    ('not_reviewed', NOT EXISTS (SELECT FROM asset_review r
        WHERE r.county_code = a.county_code AND r.asset_id = a.id AND r.year = :year)),
    ('idle', a.kind = 'operating' AND s.since <= cast(:year as integer) - cast(:idle_years as integer)
        AND coalesce((SELECT sum(i.amount) FROM asset_income i WHERE i.county_code = a.county_code
            AND i.asset_id = a.id
            AND i.year BETWEEN cast(:year as integer) - cast(:idle_years as integer) AND :year), 0) = 0
        AND NOT EXISTS (SELECT FROM station t JOIN station_settlement e
            ON e.county_code = t.county_code AND e.station_id = t.id
            WHERE t.county_code = a.county_code AND t.asset_id = a.id AND e.amount > 0
            AND cast(left(e.month, 4) as integer)
                BETWEEN cast(:year as integer) - cast(:idle_years as integer) AND :year)),
    ('without_keeper', v.keeper_sealed IS NULL),
    ('value_exceeds_spent', (SELECT sum(o.original_value) FROM asset o
            WHERE o.county_code = a.county_code AND o.project_id = a.project_id)
        > (SELECT coalesce(sum(p.paid + p.retained), 0) FROM project_funding p
            WHERE p.county_code = a.county_code AND p.project_id = a.project_id))
) AS f (finding, found)
WHERE {{reach}} AND a.state = 'in_use' AND f.found
AND (cast(:finding as text) IS NULL OR f.finding = :finding)
AND (cast(:start as text) IS NULL OR (a.region_code >= :start AND a.region_code < :end))
AND (cast(:after as text) IS NULL OR (a.id || ':' || f.finding) COLLATE "C" > :after)
ORDER BY key LIMIT :limit"""


async def add(tx: Transaction, values: Mapping[str, Any]) -> bool:
    """False where the register number is in use."""
    added = await tx.execute(ADD, {**values, "county": tx.county, "now": tx.now, "actor": str(tx.actor)})
    return added.rowcount == 1


async def add_version(tx: Transaction, values: Mapping[str, Any]) -> None:
    await tx.execute(ADD_VERSION, {**values, "county": tx.county, "now": tx.now, "actor": str(tx.actor)})


async def asset(tx: Transaction, asset_id: UUID) -> RowMapping | None:
    near = within(tx, "a")
    statement = f"{ASSETS.format(reach=near.sql)} AND a.id = :id"
    return await tx.row(statement, {**near.parameters, "id": asset_id})


async def assets(
    tx: Transaction,
    filters: Mapping[str, Any],
    region: tuple[str, str] | None,
    after: UUID | None,
    limit: int,
) -> Sequence[RowMapping]:
    """``filters``: kind, state, project_id, not_reviewed_in, each may be None."""
    near = within(tx, "a")
    start, end = region or (None, None)
    return await tx.rows(
        ASSETS.format(reach=near.sql) + FILTERS,
        {**near.parameters, **filters, "start": start, "end": end, "after": after, "limit": limit},
    )


async def versions(tx: Transaction, asset_id: UUID) -> Sequence[RowMapping]:
    near = within(tx, "v")
    return await tx.rows(
        f"""SELECT v.county_code, v.asset_id, v.version, {VERSION}, v.reason, v.document_no, v.changed_at,
            v.changed_by FROM asset_version v WHERE {near.sql} AND v.asset_id = :id ORDER BY v.version""",
        {**near.parameters, "id": asset_id},
    )


async def hold(tx: Transaction, asset_id: UUID, lock: str) -> RowMapping | None:
    """``lock``: ``FOR SHARE`` keeps the state as it is, ``FOR NO KEY UPDATE`` is for who changes it."""
    near = within(tx, "a")
    return await tx.row(f"{HOLD.format(reach=near.sql)} {lock}", {**near.parameters, "id": asset_id})


async def change(tx: Transaction, asset_id: UUID, state: str) -> None:
    """Of an asset that is held: its state, and one version more."""
    await tx.execute(CHANGE, {"county": tx.county, "id": asset_id, "state": state})


async def value_of_project(tx: Transaction, project_id: UUID) -> Any:
    """The original values of its assets together, whatever has become of them."""
    return await tx.scalar(
        "SELECT coalesce(sum(a.original_value), 0) FROM asset a"
        " WHERE a.county_code = :county AND a.project_id = :project_id",
        {"county": tx.county, "project_id": project_id},
    )


async def findings(
    tx: Transaction,
    asked: Mapping[str, Any],
    region: tuple[str, str] | None,
    after: str | None,
    limit: int,
) -> Sequence[RowMapping]:
    """``asked``: year, idle_years, finding (may be None)."""
    near = within(tx, "a")
    start, end = region or (None, None)
    return await tx.rows(
        FINDINGS.format(reach=near.sql),
        {**near.parameters, **asked, "start": start, "end": end, "after": after, "limit": limit},
    )
