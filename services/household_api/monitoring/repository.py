"""SQL of monitoring cases, narrowed to what the caller reaches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping

from services.household_api.monitoring.rules import ENDED
from shared.db import Transaction
from shared.db.narrowing import within
from shared.identifiers.regions import region_range

COLUMNS: Final = (
    "c.id, c.region_code, c.household_id, c.state, c.monitoring_type, c.risk_types, c.source_task_id,"
    " c.per_capita_income, c.guarantees, c.note, c.due_on, c.submitted_by, c.opened_at, c.version, c.period,"
    " c.green_channel, c.provisional, c.disaster_kinds, c.income_line, c.approved_on, c.notice_from,"
    " c.notice_until, c.next_due_on"
)

_JSON: Final = frozenset({"guarantees"})


@dataclass(frozen=True, slots=True)
class Filters:
    """``due_before``, ``overdue``: of the clocks that run; with ``clock`` of that kind alone."""

    state: str | None = None
    region: str | None = None
    household_id: UUID | None = None
    due_before: date | None = None
    overdue: bool | None = None
    clock: str | None = None
    monitoring_type: str | None = None


def json_of(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value, default=str).decode()


def chosen(tx: Transaction, filters: Filters) -> tuple[str, dict[str, Any]]:
    """The condition on ``monitoring_case c`` for what a caller reaches and asks for, with its parameters."""
    reach = within(tx, "c")
    values: dict[str, Any] = dict(reach.parameters)
    conditions = [reach.sql]
    if filters.region is not None:
        values["region_from"], values["region_to"] = region_range(filters.region)
        conditions.append("c.region_code >= :region_from AND c.region_code < :region_to")
    for name in ("state", "household_id", "monitoring_type"):
        if (wanted := getattr(filters, name)) is not None:
            values[name] = wanted
            conditions.append(f"c.{name} = :{name}")
    due = "c.next_due_on"
    if filters.clock is not None:
        values["clock"] = filters.clock
        due = (
            "(SELECT k.due_on FROM case_clock k WHERE k.county_code = c.county_code AND k.case_id = c.id"
            " AND k.period = c.period AND k.kind = :clock AND k.stopped_on IS NULL)"
        )
        conditions.append(f"{due} IS NOT NULL")
    if filters.due_before is not None:
        values["due_before"] = filters.due_before
        conditions.append(f"{due} < :due_before")
    if filters.overdue is not None:
        values["today"] = tx.today
        conditions.append(f"{due} < :today" if filters.overdue else f"({due} < :today) IS NOT TRUE")
    return " AND ".join(conditions), values


async def list_cases(
    tx: Transaction, filters: Filters, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """The newest first, ``limit + 1`` of them."""
    condition, values = chosen(tx, filters)
    if after is not None:
        values["after"] = after
        condition += " AND c.id < :after"
    return await tx.rows(
        f"SELECT {COLUMNS} FROM monitoring_case c WHERE {condition} ORDER BY c.id DESC LIMIT :most",
        {**values, "most": limit + 1},
    )


async def case(tx: Transaction, case_id: UUID, *, lock: bool = False) -> RowMapping | None:
    reach = within(tx, "c")
    return await tx.row(
        f"SELECT {COLUMNS} FROM monitoring_case c WHERE c.id = :id AND {reach.sql}"
        + (" FOR UPDATE" if lock else ""),
        {**reach.parameters, "id": case_id},
    )


async def steps(tx: Transaction, case_id: UUID) -> Sequence[RowMapping]:
    reach = within(tx, "t")
    return await tx.rows(
        "SELECT t.version, t.state, t.reason, t.made_by, t.made_at, t.place_code, t.evidence, t.basis"
        f" FROM case_transition t WHERE t.case_id = :case AND {reach.sql} ORDER BY t.version",
        {**reach.parameters, "case": case_id},
    )


async def last_version(tx: Transaction, case_id: UUID, state: str) -> int:
    """The version at which a case last came into a state; 0 if it never did. What was only noted in it is no step."""
    found: int = await tx.scalar(
        "SELECT coalesce(max(version), 0) FROM case_transition"
        " WHERE county_code = :county AND case_id = :case AND state = :state AND basis->>'life_event' IS NULL",
        {"county": tx.county, "case": case_id, "state": state},
    )
    return found


async def periods(tx: Transaction, case_id: UUID) -> Sequence[RowMapping]:
    reach = within(tx, "p")
    return await tx.rows(
        "SELECT p.period, p.started_on, p.identified_on, nullif(p.monitoring_type, '') AS monitoring_type,"
        " p.eliminated_on, nullif(p.elimination_kind, '') AS elimination_kind FROM case_period p"
        f" WHERE p.case_id = :case AND {reach.sql} ORDER BY p.period",
        {**reach.parameters, "case": case_id},
    )


async def cases_of(tx: Transaction, household_id: UUID, at: datetime | None) -> Sequence[RowMapping]:
    """The cases of a household, each in the state that it had at an instant (now)."""
    reach = within(tx, "c")
    return await tx.rows(
        f"""SELECT c.id, t.state, c.opened_at, c.monitoring_type FROM monitoring_case c
        JOIN LATERAL (
            SELECT t.state FROM case_transition t WHERE t.county_code = c.county_code AND t.case_id = c.id
            AND (cast(:at as timestamptz) IS NULL OR t.made_at <= :at)
            ORDER BY t.version DESC LIMIT 1) t ON true
        WHERE c.household_id = :household AND {reach.sql} ORDER BY c.id DESC""",
        {**reach.parameters, "household": household_id, "at": at},
    )


async def open_case_of(tx: Transaction, household_id: UUID) -> UUID | None:
    found: UUID | None = await tx.scalar(
        "SELECT id FROM monitoring_case WHERE county_code = :county AND household_id = :household"
        " AND state <> ALL (cast(:ended as text[]))",
        {"county": tx.county, "household": household_id, "ended": sorted(ENDED)},
    )
    return found


async def visible_open_case_of(tx: Transaction, household_id: UUID) -> UUID | None:
    """The same, where the caller may see it."""
    found = await open_case_of(tx, household_id)
    return found if found and await case(tx, found) else None


async def case_of_task(tx: Transaction, task_id: UUID) -> UUID | None:
    found: UUID | None = await tx.scalar(
        "SELECT id FROM monitoring_case WHERE county_code = :county AND source_task_id = :task",
        {"county": tx.county, "task": task_id},
    )
    return found


async def add_case(tx: Transaction, values: Mapping[str, Any]) -> None:
    """``values``: every column that a clue has but county, actor and instant."""
    await tx.execute(
        """INSERT INTO monitoring_case (county_code, id, region_code, household_id, state, monitoring_type,
            risk_types, source_task_id, per_capita_income, guarantees, note, due_on, opened_by, opened_at,
            version, period, green_channel, provisional, disaster_kinds)
        VALUES (:county, :id, :region_code, :household_id, 'clue', '', :risk_types, :source_task_id,
            :per_capita_income, cast(:guarantees as jsonb), :note, :due_on, :actor, :now,
            1, 1, false, false, '{}')""",
        {
            **values,
            "guarantees": json_of(values["guarantees"]),
            "county": tx.county,
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )


async def move_case(tx: Transaction, case_id: UUID, changes: Mapping[str, Any]) -> None:
    """The next version of a case, with some columns changed or what belongs to it."""
    assignments = "".join(
        f", {name} = cast(:{name} as jsonb)" if name in _JSON else f", {name} = :{name}" for name in changes
    )
    values = {name: json_of(value) if name in _JSON else value for name, value in changes.items()}
    await tx.execute(
        f"UPDATE monitoring_case SET version = version + 1{assignments}"
        " WHERE county_code = :county AND id = :id",
        {**values, "county": tx.county, "id": case_id},
    )


async def add_step(tx: Transaction, case_id: UUID, region_code: str, step: Mapping[str, Any]) -> None:
    """``step``: version, state; sealed reason and evidence, and basis where it has them."""
    await tx.execute(
        """INSERT INTO case_transition
            (county_code, case_id, version, region_code, place_code, state, reason, evidence, basis, made_by,
            made_at)
        VALUES (:county, :case, :version, :region, :region, :state, :reason, :evidence,
            cast(:basis as jsonb), :actor, :now)""",
        {
            "reason": None,
            "evidence": None,
            **step,
            "basis": json_of(step.get("basis") or None),
            "county": tx.county,
            "case": case_id,
            "region": region_code,
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )


async def add_period(tx: Transaction, case_id: UUID, region_code: str, period: int) -> None:
    await tx.execute(
        """INSERT INTO case_period
            (county_code, case_id, period, region_code, started_on, monitoring_type, elimination_kind)
        VALUES (:county, :case, :period, :region, :today, '', '')""",
        {
            "county": tx.county,
            "case": case_id,
            "period": period,
            "region": region_code,
            "today": tx.today,
        },
    )


async def change_period(tx: Transaction, case_id: UUID, period: int, changes: Mapping[str, Any]) -> None:
    assignments = ", ".join(f"{name} = :{name}" for name in changes)
    await tx.execute(
        f"UPDATE case_period SET {assignments}"
        " WHERE county_code = :county AND case_id = :case AND period = :of_period",
        {**changes, "county": tx.county, "case": case_id, "of_period": period},
    )
