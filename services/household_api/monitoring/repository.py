"""SQL of monitoring cases, narrowed to what the caller reaches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
    " c.per_capita_income, c.guarantees, c.note, c.due_on, c.submitted_by, c.opened_at, c.version"
)


@dataclass(frozen=True, slots=True)
class Filters:
    state: str | None = None
    region: str | None = None
    household_id: UUID | None = None


async def list_cases(
    tx: Transaction, filters: Filters, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """The newest first, ``limit + 1`` of them."""
    reach = within(tx, "c")
    values: dict[str, Any] = {**reach.parameters, "most": limit + 1}
    conditions = [reach.sql]
    if filters.region is not None:
        values["region_from"], values["region_to"] = region_range(filters.region)
        conditions.append("c.region_code >= :region_from AND c.region_code < :region_to")
    if filters.state is not None:
        values["state"] = filters.state
        conditions.append("c.state = :state")
    if filters.household_id is not None:
        values["household"] = filters.household_id
        conditions.append("c.household_id = :household")
    if after is not None:
        values["after"] = after
        conditions.append("c.id < :after")
    return await tx.rows(
        f"SELECT {COLUMNS} FROM monitoring_case c WHERE {' AND '.join(conditions)}"
        " ORDER BY c.id DESC LIMIT :most",
        values,
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
        "SELECT t.version, t.state, t.reason, t.made_by, t.made_at FROM case_transition t"
        f" WHERE t.case_id = :case AND {reach.sql} ORDER BY t.version",
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


async def case_of_task(tx: Transaction, task_id: UUID) -> UUID | None:
    found: UUID | None = await tx.scalar(
        "SELECT id FROM monitoring_case WHERE county_code = :county AND source_task_id = :task",
        {"county": tx.county, "task": task_id},
    )
    return found


async def add_case(tx: Transaction, values: Mapping[str, Any]) -> None:
    """``values``: every column but county, actor, instant, state and version; the case begins as a clue."""
    guarantees = values["guarantees"]
    await tx.execute(
        """INSERT INTO monitoring_case (county_code, id, region_code, household_id, state, monitoring_type,
            risk_types, source_task_id, per_capita_income, guarantees, note, due_on, opened_by, opened_at, version)
        VALUES (:county, :id, :region_code, :household_id, 'clue', '', :risk_types, :source_task_id,
            :per_capita_income, cast(:guarantees as jsonb), :note, :due_on, :actor, :now, 1)""",
        {
            **values,
            "guarantees": None if guarantees is None else orjson.dumps(guarantees).decode(),
            "county": tx.county,
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )


async def move_case(tx: Transaction, case_id: UUID, changes: Mapping[str, Any]) -> None:
    """The next version of a case; ``changes``: state, and monitoring_type or submitted_by."""
    assignments = "".join(f", {name} = :{name}" for name in changes)
    await tx.execute(
        f"UPDATE monitoring_case SET version = version + 1{assignments}"
        " WHERE county_code = :county AND id = :id",
        {**changes, "county": tx.county, "id": case_id},
    )


async def add_step(
    tx: Transaction, case_id: UUID, region_code: str, version: int, state: str, reason: bytes | None
) -> None:
    await tx.execute(
        """INSERT INTO case_transition
            (county_code, case_id, version, region_code, state, reason, made_by, made_at)
        VALUES (:county, :case, :version, :region, :state, :reason, :actor, :now)""",
        {
            "county": tx.county,
            "case": case_id,
            "version": version,
            "region": region_code,
            "state": state,
            "reason": reason,
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )
