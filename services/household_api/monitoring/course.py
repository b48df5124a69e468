"""A case goes to its next state: whether it may, what must be shown, what follows (policy.md, Identification)."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.monitoring import clocks, decisions, repository
from services.household_api.monitoring.errors import (
    EvidenceMisplaced,
    EvidenceMissing,
    IllegalTransition,
    UnknownWord,
)
from services.household_api.monitoring.rules import (
    COUNTY_DECIDES,
    TYPES,
    Channel,
    Way,
    allowed_from,
    ways_from,
)
from services.household_api.monitoring.schemas import NewState
from shared import audit
from shared.contracts.events import CASE_APPROVED, CASE_ELIMINATED
from shared.db import Transaction
from shared.errors import FieldError, Forbidden, NotFound
from shared.outbox import Event, emit
from shared.runtime.preconditions import IfMatch
from shared.runtime.schema import Schema
from shared.sealing.texts import seal, seal_document

APPROVE: Final = "cases:approve"

#: What another domain says to a transition: what it rests on, or its refusal.
Judge = Callable[[Transaction, RowMapping, NewState], Awaitable[Mapping[str, Any]]]

_EVIDENCE: Final = ("visit", "appraisal", "notice", "review", "cross_check")
_TOLD: Final = {"approved": CASE_APPROVED, "eliminated": CASE_ELIMINATED}


async def nobody_judges(_tx: Transaction, _case: RowMapping, _wanted: NewState) -> Mapping[str, Any]:
    """No other domain has anything to say."""
    return {}


async def move(
    tx: Transaction,
    case_id: UUID,
    wanted: NewState,
    expected: IfMatch,
    scopes: frozenset[str],
    judge: Judge = nobody_judges,
) -> None:
    """Take a case to its next state.

    Raises ``NotFound``, ``Forbidden``, ``PreconditionFailed``, ``IllegalTransition``, ``EvidenceMissing``,
    ``EvidenceMisplaced``, what ``decisions`` refuse, and what ``judge`` raises.
    """
    _check_authority(wanted.to in COUNTY_DECIDES, scopes)
    if wanted.monitoring_type is not None and wanted.monitoring_type not in TYPES:
        raise UnknownWord(
            errors=[FieldError("/monitoring_type", "monitoring_type_unknown", "不认识的监测对象类别")]
        )
    case = await repository.case(tx, case_id, lock=True)
    if case is None:
        raise NotFound()
    expected.check(case["version"])
    way = await _way(tx, case, wanted)
    _check_authority(way.county, scopes)
    await _carry_out(tx, case, way, wanted, judge)


async def step(
    tx: Transaction,
    case: RowMapping,
    to: str,
    *,
    reason: str = "",
    basis: Mapping[str, Any] | None = None,
    natural: bool = False,
) -> int:
    """Another domain leads a locked case on; answers the new version. Refuses as ``move`` does."""

    async def told(_tx: Transaction, _case: RowMapping, _wanted: NewState) -> Mapping[str, Any]:
        return basis or {}

    wanted = NewState(to=to, reason=reason, natural=natural)
    return await _carry_out(tx, case, await _way(tx, case, wanted), wanted, told)


async def touch(tx: Transaction, case: RowMapping) -> int:
    """The next version of a locked case of which something changed that stands elsewhere."""
    await repository.move_case(tx, case["id"], {})
    return int(case["version"]) + 1


def _check_authority(county: bool, scopes: frozenset[str]) -> None:
    if county and APPROVE not in scopes:
        raise Forbidden(f"需要权限 {APPROVE}", f"needs scope {APPROVE}")


async def _way(tx: Transaction, case: RowMapping, wanted: NewState) -> Way:
    """The way that is asked for. Raises ``IllegalTransition`` with those that are open."""
    papers_owed = await clocks.runs(tx, case, "papers")
    asked = {
        Channel.PAPERS: papers_owed,
        Channel.GREEN: wanted.green_channel,
        Channel.NATURAL: wanted.natural,
    }
    way = ways_from(case["state"], {channel for channel, is_open in asked.items() if is_open}).get(wanted.to)
    if way is not None:
        return way
    possible = allowed_from(case["state"], papers_owed=papers_owed)
    names = "、".join(possible) or "无"
    owed = "（绿色通道的手续尚未补齐）" if papers_owed else ""
    raise IllegalTransition(
        f"从 {case['state']} 可流转到：{names}{owed}",
        f"from {case['state']}: {', '.join(possible) or 'nowhere'}",
        members={"allowed": list(possible)},
    )


def _check_shown(tx: Transaction, way: Way, wanted: NewState) -> dict[str, Any]:
    """What is shown, as it is kept. Refuses what belongs to another step, and days that have not come yet."""
    errors = []
    documents: dict[str, Any] = {}
    for name in _EVIDENCE:
        shown: Schema | None = getattr(wanted, name)
        if shown is None:
            continue
        if name not in way.keeps:
            errors.append(FieldError(f"/{name}", "evidence_not_of_step", f"流转到 {way.to} 不附 {name}"))
            continue
        document = shown.model_dump(exclude_none=True)
        errors += [
            FieldError(pointer, "date_after_today", "日期不应在今天之后")
            for pointer, day in _days(f"/{name}", document)
            if day > tx.today
        ]
        documents[name] = shown.model_dump(mode="json", exclude_none=True)
    for name, channel in (("green_channel", Channel.GREEN), ("natural", Channel.NATURAL)):
        if getattr(wanted, name) and way.channel is not channel:
            errors.append(FieldError(f"/{name}", "evidence_not_of_step", f"流转到 {way.to} 不用 {name}"))
    if errors:
        raise EvidenceMisplaced(errors=errors)
    if way.reason and not wanted.reason:
        raise EvidenceMissing(errors=[FieldError("/reason", "reason_required", "请说明原因")])
    return documents


def _days(pointer: str, document: Mapping[str, Any]) -> list[tuple[str, date]]:
    found = []
    for name, value in document.items():
        if isinstance(value, dict):
            found += _days(f"{pointer}/{name}", value)
        elif isinstance(value, date):
            found.append((f"{pointer}/{name}", value))
    return found


async def _carry_out(tx: Transaction, case: RowMapping, way: Way, wanted: NewState, judge: Judge) -> int:
    """Decide, write the step, tell of it; answers the new version."""
    documents = _check_shown(tx, way, wanted)
    decided = await decisions.decide(tx, case, way, wanted)
    basis = {**decided.basis, **await judge(tx, case, wanted)}
    case_id, version = case["id"], int(case["version"]) + 1
    await repository.move_case(tx, case_id, {"state": way.to, **decided.changes})
    await repository.add_step(
        tx,
        case_id,
        case["region_code"],
        {
            "version": version,
            "state": way.to,
            "reason": await seal(tx, "case_transition", "reason", case_id, wanted.reason),
            "evidence": await seal_document(tx, "case_transition", "evidence", case_id, documents),
            "basis": basis,
        },
    )
    await decisions.follow(tx, case, way, decided)
    await audit.record(
        tx, f"case.{way.to}", f"case/{case_id}", {"from": case["state"], "channel": way.channel}
    )
    if way.to in _TOLD:
        data = {
            "case_id": case_id,
            "task_id": case["source_task_id"],
            "household_id": case["household_id"],
            "state": way.to,
            "monitoring_type": decided.changes.get("monitoring_type") or case["monitoring_type"] or None,
            "provisional": decided.changes.get("provisional", case["provisional"]),
        }
        await emit(tx, _TOLD[way.to], [Event(f"case/{case_id}", version, data)])
    return version
