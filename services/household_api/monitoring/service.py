"""Opening a monitoring case and showing it. Its course: course.py; the public notice: notices.py."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.monitoring import clocks, cross_checks, notices, repository
from services.household_api.monitoring.clocks import tell_struck
from services.household_api.monitoring.course import Judge, move, nobody_judges, step, touch
from services.household_api.monitoring.errors import AlreadyMonitored, NobodyThere, UnknownWord
from services.household_api.monitoring.moves import households_moved
from services.household_api.monitoring.repository import Filters
from services.household_api.monitoring.rules import CLOCKS, RISK_TYPES, Channel, allowed_from, ways_from
from services.household_api.monitoring.schemas import NewCase
from services.household_api.registry import service as registry
from shared import audit
from shared.contracts.events import CASE_OPENED
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import FieldError, NotFound
from shared.outbox import Event, emit
from shared.sealing.texts import open_documents, open_texts, seal

__all__ = [
    "Filters",
    "Judge",
    "case_now",
    "cases_of",
    "describe",
    "households_moved",
    "list_cases",
    "move",
    "nobody_judges",
    "open_case",
    "open_case_of",
    "start",
    "step",
    "tell_struck",
    "touch",
    "under_monitoring",
]

#: Columns that are shown as they are.
_AS_THEY_ARE = (
    "id", "household_id", "region_code", "state", "risk_types", "source_task_id", "opened_at", "due_on",
    "next_due_on", "version", "period", "green_channel", "provisional",
)  # fmt: skip
_ON_ITS_PAGE = (
    "per_capita_income", "income_line", "disaster_kinds", "guarantees", "approved_on", "notice_from",
    "notice_until",
)  # fmt: skip
_SPECIAL = (Channel.GREEN, Channel.NATURAL)


def shown(tx: Transaction, row: RowMapping) -> dict[str, Any]:
    """A case as ``schemas.CaseInList``."""
    return {
        **{name: row[name] for name in _AS_THEY_ARE},
        "monitoring_type": row["monitoring_type"] or None,
        "overdue": row["next_due_on"] is not None and row["next_due_on"] < tx.today,
    }


async def list_cases(
    tx: Transaction, filters: Filters, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Raises ``UnknownWord`` for a clock that there is not."""
    if filters.clock is not None and filters.clock not in CLOCKS:
        told = FieldError("/clock", "clock_unknown", f"应为 {'、'.join(CLOCKS)} 之一")
        raise UnknownWord(errors=[told])
    return [shown(tx, row) for row in await repository.list_cases(tx, filters, after, limit)]


async def cases_of(tx: Transaction, household_id: UUID, at: datetime | None) -> list[dict[str, Any]]:
    """The cases of a household as they stood at an instant (now)."""
    rows = await repository.cases_of(tx, household_id, at)
    return [{**row, "monitoring_type": row["monitoring_type"] or None} for row in rows]


async def case_now(tx: Transaction, case_id: UUID, *, lock: bool = False) -> RowMapping:
    """A case's row, for other domains. Raises ``NotFound``."""
    row = await repository.case(tx, case_id, lock=lock)
    if row is None:
        raise NotFound()
    return row


async def describe(tx: Transaction, case_id: UUID) -> dict[str, Any]:
    """A case with its history, as ``schemas.Case``."""
    row = await case_now(tx, case_id)
    (note,) = await open_texts(tx, "monitoring_case", "note", [(case_id, row["note"])])
    running = await clocks.clocks_of(tx, case_id)
    papers_owed = any(
        clock["kind"] == "papers" and clock["period"] == row["period"] and clock["stopped_on"] is None
        for clock in running
    )
    return {
        **shown(tx, row),
        **{name: row[name] for name in _ON_ITS_PAGE},
        "note": note,
        "allowed": list(allowed_from(row["state"], papers_owed=papers_owed)),
        "allowed_specially": [
            {"to": way.to, "channel": channel.value}
            for channel in _SPECIAL
            for way in ways_from(row["state"], {channel}).values()
            if way.channel is channel
        ],
        "history": await _history(tx, case_id),
        "periods": await repository.periods(tx, case_id),
        "clocks": [_shown_clock(tx, clock) for clock in running],
        "objections": await notices.shown(tx, case_id),
        "hits": await cross_checks.shown_hits(tx, row["household_id"]),
    }


def _shown_clock(tx: Transaction, clock: RowMapping) -> dict[str, Any]:
    return {**clock, "overdue": clock["stopped_on"] is None and clock["due_on"] < tx.today}


async def _history(tx: Transaction, case_id: UUID) -> list[dict[str, Any]]:
    steps: Sequence[RowMapping] = await repository.steps(tx, case_id)
    reasons = await open_texts(tx, "case_transition", "reason", [(case_id, s["reason"]) for s in steps])
    evidence = await open_documents(
        tx, "case_transition", "evidence", [(case_id, s["evidence"]) for s in steps]
    )
    return [
        {**step, "reason": reason, "evidence": document}
        for step, reason, document in zip(steps, reasons, evidence, strict=True)
    ]


async def open_case(tx: Transaction, wanted: NewCase) -> UUID:
    """Open a case by hand. Raises ``NotFound``, ``NobodyThere``, ``AlreadyMonitored``, ``UnknownWord``."""
    unknown = sorted(set(wanted.risk_types) - RISK_TYPES)
    if unknown:
        raise UnknownWord(errors=[FieldError("/risk_types", "risk_type_unknown", "不认识的风险类型")])
    household = await registry.household_now(tx, wanted.household_id, lock=True)
    if household is None:
        raise NotFound()
    if household["ended_on"] is not None:
        raise NobodyThere()
    if await under_monitoring(tx, household):
        raise AlreadyMonitored(await repository.visible_open_case_of(tx, household["id"]))
    return await start(tx, household, wanted, task_id=None)


async def open_case_of(tx: Transaction, household_id: UUID) -> UUID | None:
    """The household's case that is not at its end."""
    return await repository.open_case_of(tx, household_id)


async def under_monitoring(tx: Transaction, household: RowMapping) -> bool:
    """Whether a household has a risk that is not removed, or a case that is not at its end."""
    monitored = registry.is_monitored(
        household["monitoring_type"], risk_eliminated=household["risk_eliminated"]
    )
    return monitored or await repository.open_case_of(tx, household["id"]) is not None


async def start(
    tx: Transaction,
    household: RowMapping,
    wanted: NewCase,
    *,
    task_id: UUID | None,
    visit: Mapping[str, Any] | None = None,
) -> UUID:
    """Open the case of a locked household that has no open one, and tell of it. ``visit``: what is known of the visit
    of ``task_id``; the first step rests on it."""
    case_id = new_id()
    region = household["region_code"]
    due_on = await clocks.approval_due(tx)
    await repository.add_case(
        tx,
        {
            "id": case_id,
            "region_code": region,
            "household_id": household["id"],
            "risk_types": wanted.risk_types,
            "source_task_id": task_id,
            "per_capita_income": wanted.per_capita_income,
            "guarantees": wanted.guarantees.model_dump() if wanted.guarantees else None,
            "note": await seal(tx, "monitoring_case", "note", case_id, wanted.note),
            "due_on": due_on,
        },
    )
    await repository.add_period(tx, case_id, region, 1)
    await clocks.set_clock(tx, case_id, 1, region, "approval", due_on)
    await repository.add_step(tx, case_id, region, {"version": 1, "state": "clue", "basis": visit})
    await audit.record(tx, "case.opened", f"case/{case_id}", {"task_id": task_id})
    data = {"case_id": case_id, "task_id": task_id, "household_id": household["id"], "state": "clue"}
    await emit(tx, CASE_OPENED, [Event(f"case/{case_id}", 1, data)])
    return case_id
