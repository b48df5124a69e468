"""What keeps a risk from being removed (堵点症结), and what is done next about it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.assistance import repository
from services.household_api.assistance.errors import InvalidObstacle, ObstacleRemoved, PeriodEnded
from services.household_api.assistance.measures import case_to_assist
from services.household_api.assistance.people import organisations
from services.household_api.assistance.schemas import NewObstacle, ObstacleChange
from services.household_api.monitoring import service as monitoring
from services.household_api.monitoring.rules import RISK_TYPES
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import FieldError, NotFound
from shared.runtime.preconditions import IfMatch
from shared.sealing.texts import open_documents, seal_document

TEXTS = ("description", "next_measure", "note")


async def list_obstacles(tx: Transaction, case_id: UUID, period: int | None = None) -> list[dict[str, Any]]:
    """The obstacles of a case (in one period), the oldest first. Raises ``NotFound``."""
    await monitoring.case_now(tx, case_id)
    return await shown(tx, await repository.obstacles(tx, [case_id], period))


async def ledger(
    tx: Transaction, region: str | None, state: str | None, overdue: bool, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """``limit + 1`` obstacles of all cases in reach, the newest first."""
    return await shown(tx, await repository.obstacle_ledger(tx, region, state, overdue, after, limit))


async def describe(tx: Transaction, case_id: UUID, obstacle_id: UUID) -> dict[str, Any]:
    row = await repository.obstacle(tx, case_id, obstacle_id)
    if row is None:
        raise NotFound()
    (found,) = await shown(tx, [row])
    return found


async def shown(tx: Transaction, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    """Rows as ``schemas.Obstacle``."""
    sealed = [(row["id"], row["sealed"]) for row in rows]
    opened = await open_documents(tx, "case_obstacle", "sealed", sealed)
    return [
        {
            **{
                name: row[name]
                for name in ("id", "case_id", "period", "risk_type", "state", "org_code", "due_on")
            },
            **{name: row[name] for name in ("made_by", "made_at", "version")},
            **told,
            "overdue": row["state"] == "open" and row["due_on"] is not None and row["due_on"] < tx.today,
        }
        for row, told in zip(rows, opened, strict=True)
    ]


async def enter(tx: Transaction, case_id: UUID, wanted: NewObstacle) -> UUID:
    """Raises ``NotFound``, ``PlanBeforeApproval``, ``PeriodEnded``, ``InvalidObstacle``."""
    case = await case_to_assist(tx, case_id)
    values = {
        "risk_type": wanted.risk_type,
        "state": "open",
        "org_code": wanted.org_code or case["region_code"][:9],
        "due_on": wanted.due_on,
    }
    await _check(tx, values)
    obstacle_id = new_id()
    texts = {"description": wanted.description, "next_measure": wanted.next_measure, "note": ""}
    await _add_version(tx, case, obstacle_id, 1, values, texts)
    await audit.record(tx, "obstacle.entered", f"obstacle/{obstacle_id}", {"case_id": case_id})
    return obstacle_id


async def change(
    tx: Transaction, case_id: UUID, obstacle_id: UUID, wanted: ObstacleChange, expected: IfMatch
) -> None:
    """The next version of an obstacle.

    Raises ``NotFound``, ``PreconditionFailed``, ``PeriodEnded``, ``ObstacleRemoved``, ``InvalidObstacle``.
    """
    await monitoring.case_now(tx, case_id, lock=True)
    row = await repository.obstacle(tx, case_id, obstacle_id)
    if row is None:
        raise NotFound("该案件没有这个堵点", "The case has no such obstacle")
    expected.check(row["version"])
    case = await case_to_assist(tx, case_id)
    if row["period"] != case["period"]:
        raise PeriodEnded()
    if row["state"] == "removed":
        raise ObstacleRemoved()
    (before,) = await shown(tx, [row])
    stated = wanted.model_dump(exclude_unset=True)
    stated = {name: value for name, value in stated.items() if value is not None or name == "due_on"}
    values = {name: stated.get(name, row[name]) for name in ("risk_type", "state", "org_code", "due_on")}
    texts = {name: stated.get(name, before[name]) for name in TEXTS}
    if values["state"] == "removed" and not texts["note"]:
        raise InvalidObstacle(
            errors=[FieldError("/note", "removal_without_note", "解决的堵点应写明如何解决 note")]
        )
    await _check(tx, values)
    await _add_version(tx, case, obstacle_id, row["version"] + 1, values, texts)
    await audit.record(tx, "obstacle.changed", f"obstacle/{obstacle_id}", {"state": values["state"]})


async def _check(tx: Transaction, values: Mapping[str, Any]) -> None:
    errors = (await organisations(tx)).errors(values["org_code"])
    if values["risk_type"] not in RISK_TYPES:
        errors.append(
            FieldError("/risk_type", "risk_type_unknown", f"应为 {'、'.join(sorted(RISK_TYPES))} 之一")
        )
    if errors:
        raise InvalidObstacle(errors=errors)


async def _add_version(
    tx: Transaction,
    case: RowMapping,
    obstacle_id: UUID,
    version: int,
    values: Mapping[str, Any],
    texts: Mapping[str, str],
) -> None:
    sealed = await seal_document(tx, "case_obstacle", "sealed", obstacle_id, dict(texts))
    of_case = {name: case[name] for name in ("region_code", "household_id", "period")}
    made = {"sealed": sealed, "made_by": str(tx.actor), "made_at": tx.now}
    row = {"id": obstacle_id, "version": version, "case_id": case["id"], **of_case, **values, **made}
    await repository.add(tx, "case_obstacle", row)
