"""Opening a monitoring case and leading it to its end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.monitoring import repository
from services.household_api.monitoring.errors import (
    AlreadyMonitored,
    IllegalTransition,
    SamePerson,
    UnknownWord,
)
from services.household_api.monitoring.rules import COUNTY_DECIDES, ENDED, RISK_TYPES, TYPES, allowed_from
from services.household_api.monitoring.schemas import NewCase, NewState
from services.household_api.registry import service as registry
from shared import audit
from shared.contracts.events import CASE_APPROVED, CASE_ELIMINATED, CASE_OPENED
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import FieldError, Forbidden, NotFound
from shared.outbox import Event, emit
from shared.parameters import parameter
from shared.runtime.preconditions import IfMatch

APPROVE = "cases:approve"
BEFORE_APPROVAL = frozenset(
    {"clue", "visited", "appraised", "noticed", "submitted", "cross_checked", "returned"}
)


async def _seal(tx: Transaction, table: str, column: str, row_id: UUID, text: str) -> bytes | None:
    """Free text may name people."""
    if not text:
        return None
    (sealed,) = (await tx.sealer()).seal_many(table, column, tx.county, [(row_id.bytes, text.encode())])
    return sealed


async def _open(
    tx: Transaction, table: str, column: str, rows: Sequence[tuple[UUID, bytes | None]]
) -> list[str]:
    """The texts of sealed columns, empty where there is none."""
    present = [(row_id.bytes, sealed) for row_id, sealed in rows if sealed is not None]
    opened = iter((await tx.sealer()).open_many(table, column, tx.county, present))
    return ["" if sealed is None else next(opened).decode() for _, sealed in rows]


def shown(tx: Transaction, row: RowMapping) -> dict[str, Any]:
    """A case as ``schemas.CaseInList``."""
    waiting = row["state"] in BEFORE_APPROVAL
    return {
        **{name: row[name] for name in ("id", "household_id", "region_code", "state", "risk_types")},
        **{name: row[name] for name in ("source_task_id", "opened_at", "due_on", "version")},
        "monitoring_type": row["monitoring_type"] or None,
        "overdue": waiting and row["due_on"] < tx.today,
    }


async def list_cases(
    tx: Transaction, filters: repository.Filters, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    return [shown(tx, row) for row in await repository.list_cases(tx, filters, after, limit)]


async def cases_of(tx: Transaction, household_id: UUID, at: datetime | None) -> list[dict[str, Any]]:
    """The cases of a household as they stood at an instant (now)."""
    rows = await repository.cases_of(tx, household_id, at)
    return [{**row, "monitoring_type": row["monitoring_type"] or None} for row in rows]


async def describe(tx: Transaction, case_id: UUID) -> dict[str, Any]:
    """A case with its history, as ``schemas.Case``."""
    row = await repository.case(tx, case_id)
    if row is None:
        raise NotFound()
    steps = await repository.steps(tx, case_id)
    reasons = await _open(tx, "case_transition", "reason", [(case_id, step["reason"]) for step in steps])
    (note,) = await _open(tx, "monitoring_case", "note", [(case_id, row["note"])])
    return {
        **shown(tx, row),
        "per_capita_income": row["per_capita_income"],
        "guarantees": row["guarantees"],
        "note": note,
        "allowed": list(allowed_from(row["state"])),
        "history": [
            {
                "state": step["state"],
                "reason": reason,
                "made_by": step["made_by"],
                "made_at": step["made_at"],
            }
            for step, reason in zip(steps, reasons, strict=True)
        ],
    }


async def open_case(tx: Transaction, wanted: NewCase) -> UUID:
    """Open a case by hand. Raises ``NotFound``, ``AlreadyMonitored``, ``UnknownWord``."""
    unknown = sorted(set(wanted.risk_types) - RISK_TYPES)
    if unknown:
        raise UnknownWord(errors=[FieldError("/risk_types", "risk_type_unknown", "不认识的风险类型")])
    household = await registry.household_now(tx, wanted.household_id, lock=True)
    if household is None:
        raise NotFound()
    if await under_monitoring(tx, household):
        raise AlreadyMonitored()
    return await start(tx, household, wanted, task_id=None)


async def under_monitoring(tx: Transaction, household: RowMapping) -> bool:
    """Whether a household has a risk that is not removed, or a case that is not at its end."""
    monitored = registry.is_monitored(
        household["monitoring_type"], risk_eliminated=household["risk_eliminated"]
    )
    return monitored or await repository.open_case_of(tx, household["id"]) is not None


async def start(tx: Transaction, household: RowMapping, wanted: NewCase, *, task_id: UUID | None) -> UUID:
    """Open the case of a locked household that has no open one, and tell of it."""
    case_id = new_id()
    days = (await parameter(tx, "case_days")).value
    await repository.add_case(
        tx,
        {
            "id": case_id,
            "region_code": household["region_code"],
            "household_id": household["id"],
            "risk_types": wanted.risk_types,
            "source_task_id": task_id,
            "per_capita_income": wanted.per_capita_income,
            "guarantees": wanted.guarantees.model_dump() if wanted.guarantees else None,
            "note": await _seal(tx, "monitoring_case", "note", case_id, wanted.note),
            "due_on": tx.today + timedelta(days=days),
        },
    )
    await repository.add_step(tx, case_id, household["region_code"], 1, "clue", None)
    await audit.record(tx, "case.opened", f"case/{case_id}", {"task_id": task_id})
    data = {"case_id": case_id, "task_id": task_id, "household_id": household["id"], "state": "clue"}
    await emit(tx, CASE_OPENED, [Event(f"case/{case_id}", 1, data)])
    return case_id


async def move(
    tx: Transaction, case_id: UUID, wanted: NewState, expected: IfMatch, scopes: frozenset[str]
) -> None:
    """Take a case to its next state.

    Raises ``NotFound``, ``Forbidden``, ``PreconditionFailed``, ``IllegalTransition``, ``SamePerson``,
    ``AlreadyMonitored``.
    """
    if wanted.to in COUNTY_DECIDES and APPROVE not in scopes:
        raise Forbidden(f"需要权限 {APPROVE}", f"needs scope {APPROVE}")
    if wanted.monitoring_type is not None and wanted.monitoring_type not in TYPES:
        raise UnknownWord(
            errors=[FieldError("/monitoring_type", "monitoring_type_unknown", "不认识的监测对象类别")]
        )
    row = await repository.case(tx, case_id, lock=True)
    if row is None:
        raise NotFound()
    expected.check(row["version"])
    possible = allowed_from(row["state"])
    if wanted.to not in possible:
        names = "、".join(possible) or "无"
        raise IllegalTransition(
            f"从 {row['state']} 可流转到：{names}",
            f"from {row['state']}: {', '.join(possible) or 'nowhere'}",
            members={"allowed": list(possible)},
        )
    if wanted.to == "approved" and row["submitted_by"] == str(tx.actor):
        raise SamePerson()
    changes: dict[str, Any] = {"state": wanted.to}
    if wanted.to == "submitted":
        changes["submitted_by"] = str(tx.actor)
    if wanted.to == "approved" and wanted.monitoring_type is not None:
        changes["monitoring_type"] = wanted.monitoring_type
    await _decide(tx, row, wanted)
    version = row["version"] + 1
    await repository.move_case(tx, case_id, changes)
    reason = await _seal(tx, "case_transition", "reason", case_id, wanted.reason)
    await repository.add_step(tx, case_id, row["region_code"], version, wanted.to, reason)
    await audit.record(tx, f"case.{wanted.to}", f"case/{case_id}", {"from": row["state"]})
    kind = {"approved": CASE_APPROVED, "eliminated": CASE_ELIMINATED}.get(wanted.to)
    if kind is not None:
        data = {
            "case_id": case_id,
            "task_id": row["source_task_id"],
            "household_id": row["household_id"],
            "state": wanted.to,
            "monitoring_type": changes.get("monitoring_type") or row["monitoring_type"] or None,
        }
        await emit(tx, kind, [Event(f"case/{case_id}", version, data)])


async def _decide(tx: Transaction, row: RowMapping, wanted: NewState) -> None:
    """What a state means for the household."""
    household_id = row["household_id"]
    if row["state"] in ENDED:
        # The household's row is locked so that no other case is opened meanwhile.
        await registry.household_now(tx, household_id, lock=True)
        if await repository.open_case_of(tx, household_id):
            raise AlreadyMonitored()
    if wanted.to in ("approved", "eliminated", "relapsed"):
        await registry.decide_monitoring(
            tx,
            household_id,
            row["id"],
            monitoring_type=wanted.monitoring_type if wanted.to == "approved" else None,
            risk_eliminated=wanted.to == "eliminated",
        )
