"""SQL of plans, measures and obstacles, narrowed to what the caller reaches. The highest version is what holds."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping

from shared.db import Transaction
from shared.db.narrowing import within
from shared.identifiers.regions import region_range

PLAN: Final = (
    "case_id, period, version, region_code, household_id, state, labour_ability, missing, contact_official,"
    " contact_unit, contact_level, reason, parameters_used, made_by, made_at"
)
MEASURE: Final = (
    "id, version, region_code, case_id, household_id, period, kind, org_code, starts_on, ends_on, amount, state,"
    " effect, sealed, made_by, made_at"
)
OBSTACLE: Final = (
    "id, version, region_code, case_id, household_id, period, risk_type, state, org_code, due_on, sealed, made_by,"
    " made_at"
)


async def plan(tx: Transaction, case_id: UUID, period: int) -> RowMapping | None:
    reach = within(tx, "t")
    return await tx.row(
        f"SELECT {PLAN} FROM assistance_plan t WHERE t.case_id = :case AND t.period = :period AND {reach.sql}"
        " ORDER BY t.version DESC LIMIT 1",
        {**reach.parameters, "case": case_id, "period": period},
    )


async def plan_at(tx: Transaction, case_ids: Sequence[UUID], at: datetime | None) -> RowMapping | None:
    """The plan that held at an instant (now) of the newest period of these cases."""
    reach = within(tx, "t")
    return await tx.row(
        f"""SELECT {PLAN} FROM assistance_plan t
        WHERE t.case_id = ANY (cast(:cases as uuid[])) AND (cast(:at as timestamptz) IS NULL OR t.made_at <= :at)
        AND {reach.sql} ORDER BY t.case_id DESC, t.period DESC, t.version DESC LIMIT 1""",
        {**reach.parameters, "cases": list(case_ids), "at": at},
    )


async def measures(
    tx: Transaction, case_ids: Sequence[UUID], period: int | None = None, at: datetime | None = None
) -> Sequence[RowMapping]:
    """The measures of cases (in one period), each as it stood at an instant (now), the oldest first."""
    return await _latest(tx, "assistance_measure", MEASURE, case_ids, period, at)


async def obstacles(
    tx: Transaction, case_ids: Sequence[UUID], period: int | None = None
) -> Sequence[RowMapping]:
    return await _latest(tx, "case_obstacle", OBSTACLE, case_ids, period, None)


async def obstacle_ledger(
    tx: Transaction, region: str | None, state: str | None, overdue: bool, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """The obstacles of all cases as they stand now, the newest first, ``limit + 1`` of them."""
    reach = within(tx, "t")
    values: dict[str, Any] = {**reach.parameters, "most": limit + 1}
    conditions = ["true"]
    if region is not None:
        values["region_from"], values["region_to"] = region_range(region)
        conditions.append("t.region_code >= :region_from AND t.region_code < :region_to")
    if state is not None:
        values["state"] = state
        conditions.append("t.state = :state")
    if overdue:
        values["today"] = tx.today
        conditions.append("t.state = 'open' AND t.due_on < :today")
    if after is not None:
        values["after"] = after
        conditions.append("t.id < :after")
    return await tx.rows(
        f"""SELECT {OBSTACLE} FROM (
            SELECT DISTINCT ON (t.id) * FROM case_obstacle t WHERE {reach.sql} ORDER BY t.id, t.version DESC) t
        WHERE {" AND ".join(conditions)} ORDER BY t.id DESC LIMIT :most""",
        values,
    )


async def _latest(
    tx: Transaction,
    table: str,
    columns: str,
    case_ids: Sequence[UUID],
    period: int | None,
    at: datetime | None,
) -> Sequence[RowMapping]:
    reach = within(tx, "t")
    return await tx.rows(
        f"""SELECT DISTINCT ON (t.id) {columns} FROM {table} t
        WHERE t.case_id = ANY (cast(:cases as uuid[])) AND (cast(:period as int) IS NULL OR t.period = :period)
        AND (cast(:at as timestamptz) IS NULL OR t.made_at <= :at) AND {reach.sql}
        ORDER BY t.id, t.version DESC""",
        {**reach.parameters, "cases": list(case_ids), "period": period, "at": at},
    )


async def measure(tx: Transaction, case_id: UUID, measure_id: UUID) -> RowMapping | None:
    return await _one(tx, "assistance_measure", MEASURE, case_id, measure_id)


async def obstacle(tx: Transaction, case_id: UUID, obstacle_id: UUID) -> RowMapping | None:
    return await _one(tx, "case_obstacle", OBSTACLE, case_id, obstacle_id)


async def _one(tx: Transaction, table: str, columns: str, case_id: UUID, row_id: UUID) -> RowMapping | None:
    reach = within(tx, "t")
    return await tx.row(
        f"SELECT {columns} FROM {table} t WHERE t.id = :id AND t.case_id = :case AND {reach.sql}"
        " ORDER BY t.version DESC LIMIT 1",
        {**reach.parameters, "id": row_id, "case": case_id},
    )


async def add(tx: Transaction, table: str, values: Mapping[str, Any]) -> None:
    """A version of a plan, measure or obstacle, or a check or mark: every column but the county.

    Columns of JSON are given as dicts or lists of dicts.
    """
    written = {name: _written(value) for name, value in values.items()}
    slots = ", ".join(f"cast(:{n} as jsonb)" if written[n] is not values[n] else f":{n}" for n in values)
    await tx.execute(
        f"INSERT INTO {table} (county_code, {', '.join(values)}) VALUES (:county, {slots})",
        {**written, "county": tx.county},
    )


def _written(value: Any) -> Any:
    is_document = isinstance(value, dict) or (
        isinstance(value, list) and bool(value) and isinstance(value[0], dict)
    )
    return orjson.dumps(value, default=str).decode() if is_document else value


async def household(tx: Transaction, household_id: UUID) -> RowMapping | None:
    """How a household lives."""
    (row, *_) = [*await households(tx, [household_id]), None]
    return row


async def households(tx: Transaction, ids: Sequence[UUID]) -> Sequence[RowMapping]:
    reach = within(tx, "h")
    return await tx.rows(
        "SELECT h.id, h.social_assistance, h.housing_grade, h.drinking_water FROM household h"
        f" WHERE h.id = ANY (cast(:ids as uuid[])) AND {reach.sql}",
        {**reach.parameters, "ids": list(ids)},
    )


async def members(tx: Transaction, household_ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """The persons of households, with what is sealed of them."""
    reach = within(tx, "p")
    return await tx.rows(
        "SELECT p.id, p.household_id, p.sealed, p.status, p.labour, p.health, p.student_status, p.insured"
        f" FROM person p WHERE p.household_id = ANY (cast(:households as uuid[])) AND {reach.sql} ORDER BY p.id",
        {**reach.parameters, "households": list(household_ids)},
    )


async def move(tx: Transaction, moved: Mapping[UUID, str]) -> None:
    """Everything of these households' cases goes with them to another region."""
    values = {"county": tx.county, "households": list(moved), "regions": list(moved.values())}
    for table in (
        "assistance_plan",
        "assistance_measure",
        "case_obstacle",
        "elimination_check",
        "national_mark",
    ):
        await tx.execute(
            f"""UPDATE {table} t SET region_code = m.region
            FROM unnest(cast(:households as uuid[]), cast(:regions as text[])) AS m (household_id, region)
            WHERE t.county_code = :county AND t.household_id = m.household_id AND t.region_code <> m.region""",
            values,
        )
