"""What the national system says of a household, and what has been marked there."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.assistance import elimination_repository, repository
from services.household_api.assistance.elimination_schemas import NewMark
from services.household_api.assistance.errors import InvalidMark
from services.household_api.monitoring import service as monitoring
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import FieldError, NotFound


async def differences(
    tx: Transaction, region: str | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Households whose monitoring differs here and there, by id, as ``elimination_schemas.NationalDifference``."""
    rows = await elimination_repository.national_differences(tx, region, after, limit)
    return [_difference(row) for row in rows]


def _difference(row: RowMapping) -> dict[str, Any]:
    here, there = row["monitoring_type"], row["there_type"] or ""
    sides: list[tuple[str, str | bool | None, str | bool | None]] = [
        ("monitoring_type", here or None, there or None)
    ]
    if here and there:
        sides.append(("risk_eliminated", row["risk_eliminated"], row["there_eliminated"]))
        for name in ("identified_on", "eliminated_on"):
            # A date that one side does not know is no difference.
            if row[name] and row[f"there_{name}"]:
                sides.append((name, _month(row[name]), _month(row[f"there_{name}"])))
    return {
        "household_id": row["id"],
        **{
            name: row[name] for name in ("household_no", "region_code", "case_id", "marked_on", "imported_at")
        },
        "kind": "differs" if here and there else "here_only" if here else "there_only",
        "differences": [
            {"field": name, "here": ours, "there": theirs} for name, ours, theirs in sides if ours != theirs
        ],
    }


def _month(day: date) -> str:
    """All that the national system says of a date."""
    return f"{day:%Y-%m}"


async def note_mark(tx: Transaction, case_id: UUID, wanted: NewMark) -> None:
    """Note what has been marked there. Raises ``NotFound``, ``InvalidMark``."""
    case = await monitoring.case_now(tx, case_id, lock=True)
    if wanted.marked_on > tx.today:
        raise InvalidMark(errors=[FieldError("/marked_on", "day_in_the_future", "标注日期不能晚于今天")])
    eliminated = case["state"] == "eliminated"
    if wanted.risk_eliminated and not eliminated:
        told = f"本系统中该案件为 {case['state']}，尚未批准风险消除，不应在国家系统标注已消除"
        raise InvalidMark(errors=[FieldError("/risk_eliminated", "not_eliminated_here", told)])
    values = {
        "id": new_id(),
        **{name: case[name] for name in ("region_code", "household_id", "period")},
        "case_id": case_id,
        "risk_eliminated": wanted.risk_eliminated,
        "marked_on": wanted.marked_on,
        "recorded_by": str(tx.actor),
        "recorded_at": tx.now,
    }
    await repository.add(tx, "national_mark", values)
    await audit.record(
        tx, "case.marked_nationally", f"case/{case_id}", {"risk_eliminated": wanted.risk_eliminated}
    )


async def mark(tx: Transaction, case_id: UUID) -> dict[str, Any]:
    """The latest mark of a case. Raises ``NotFound``."""
    row = await elimination_repository.mark(tx, case_id)
    if row is None:
        raise NotFound("尚未记录在国家系统中的标注", "No mark in the national system is recorded")
    return dict(row)
