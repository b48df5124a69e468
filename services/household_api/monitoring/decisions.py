"""What each state asks for, keeps and brings with it (policy.md, Registry and monitoring)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.monitoring import clocks, cross_checks, notices, repository
from services.household_api.monitoring.errors import (
    AlreadyMonitored,
    AppraisalNotCarried,
    EvidenceMisplaced,
    EvidenceMissing,
    GreenChannelClosed,
    NobodyThere,
    NoticeRunning,
    ObjectionStands,
    SamePerson,
)
from services.household_api.monitoring.rules import Channel, Way, agrees, has_run, type_of
from services.household_api.monitoring.schemas import NewState
from services.household_api.registry import service as registry
from shared.calendar import calendar_of
from shared.db import Transaction
from shared.errors import FieldError
from shared.parameters import income_line, parameter


@dataclass(frozen=True, slots=True)
class Decided:
    """``changes``: columns of the case. ``basis``: what it rests on, without personal data."""

    changes: Mapping[str, Any] = field(default_factory=dict)
    basis: Mapping[str, Any] = field(default_factory=dict)


Decision = Callable[[Transaction, RowMapping, Way, NewState], Awaitable[Decided]]


#: What marks the household: it must not end meanwhile.
_MARKS: Final = frozenset({"approved", "assisted", "relapsed"})


async def decide(tx: Transaction, case: RowMapping, way: Way, wanted: NewState) -> Decided:
    """Whether a locked case may go this way, and what it becomes by it."""
    if way.to != "rejected" and way.channel is not Channel.NATURAL:
        # A case of people who are not there any more can only come to its end.
        household = await registry.household_now(tx, case["household_id"], lock=way.to in _MARKS)
        if household is None or household["ended_on"] is not None:
            raise NobodyThere()
    decision = _DECISIONS.get(way.to)
    return Decided() if decision is None else await decision(tx, case, way, wanted)


async def _require(tx: Transaction, name: str, pointer: str, told: str) -> None:
    """Refuse a step without what the county has made a must of it (parameter ``case_evidence``)."""
    if name in (await parameter(tx, "case_evidence")).value:
        raise EvidenceMissing(errors=[FieldError(pointer, f"{name}_required", told)])


async def _steps_of_period(tx: Transaction, case: RowMapping) -> Sequence[RowMapping]:
    """The steps since the clue or the last relapse, without what was only noted (household_events.py)."""
    steps = [
        step for step in await repository.steps(tx, case["id"]) if "life_event" not in (step["basis"] or {})
    ]
    begun = max((place for place, step in enumerate(steps) if step["state"] == "relapsed"), default=0)
    return steps[begun:]


async def _last_step(tx: Transaction, case: RowMapping, state: str) -> RowMapping | None:
    steps = [step for step in await _steps_of_period(tx, case) if step["state"] == state]
    return steps[-1] if steps else None


async def _last_basis(tx: Transaction, case: RowMapping, state: str) -> Mapping[str, Any]:
    step = await _last_step(tx, case, state)
    return (step["basis"] or {}) if step else {}


def _seen(case: RowMapping, wanted: NewState) -> dict[str, Any]:
    """What a visit has found, as columns of the case; what it does not say stays."""
    visit = wanted.visit
    if visit is None:
        return {}
    found = {
        "risk_types": visit.risk_types,
        "disaster_kinds": visit.disaster_kinds,
        "per_capita_income": visit.per_capita_income,
        "guarantees": visit.guarantees.model_dump() if visit.guarantees else None,
    }
    return {name: value for name, value in found.items() if value is not None}


async def _visited(tx: Transaction, case: RowMapping, _way: Way, wanted: NewState) -> Decided:
    visit = wanted.visit
    basis: dict[str, Any] = {}
    if visit and visit.monitoring_type:
        basis["monitoring_type"] = visit.monitoring_type
    if visit and visit.authorisation:
        basis["authorised_on"] = visit.authorisation.signed_on
    elif authorised := (await _last_basis(tx, case, "visited")).get("authorised_on"):
        basis["authorised_on"] = authorised
    else:
        await _require(
            tx, "authorisation", "/visit/authorisation", "须有户主签字的财产核查授权：签字人、日期、存放处"
        )
    return Decided({**_seen(case, wanted), "notice_from": None, "notice_until": None}, basis)


async def _appraised(tx: Transaction, _case: RowMapping, _way: Way, wanted: NewState) -> Decided:
    appraisal = wanted.appraisal
    if appraisal is None:
        await _require(tx, "appraisal", "/appraisal", "须附村级评议的到会、同意、反对、弃权人数")
        return Decided()
    share = await parameter(tx, "appraisal_share")
    if not agrees(appraisal.in_favour, appraisal.present, Decimal(share.value)):
        raise AppraisalNotCarried(
            f"到会 {appraisal.present} 人，同意 {appraisal.in_favour} 人，未超过 {share.value}",
            f"{appraisal.in_favour} of {appraisal.present} in favour, not more than {share.value}",
            members={"allowed": ["returned", "rejected"]},
        )
    return Decided(basis={"appraisal_share": share.used})


async def _noticed(tx: Transaction, case: RowMapping, _way: Way, wanted: NewState) -> Decided:
    days = await parameter(tx, "notice_days")
    kind = await parameter(tx, "notice_days_kind")
    starts_on = (wanted.notice and wanted.notice.starts_on) or tx.today
    if starts_on < case["opened_at"].astimezone(tx.now.tzinfo).date():
        told = FieldError("/notice/starts_on", "date_before_case", "公示不应早于立案")
        raise EvidenceMisplaced(errors=[told])
    until = (await calendar_of(tx)).lasting(starts_on, days.value, kind.value) if days.value else None
    basis = {"notice_days": days.used, "notice_days_kind": kind.used, "starts_on": starts_on, "until": until}
    return Decided({"notice_from": starts_on, "notice_until": until}, basis)


async def _submitted(tx: Transaction, case: RowMapping, _way: Way, wanted: NewState) -> Decided:
    until = case["notice_until"]
    if not has_run(until, tx.today):
        raise NoticeRunning(
            f"公示至 {until.isoformat()}，期满次日起可上报",
            f"the notice is up until {until.isoformat()}",
            members={"notice_until": until.isoformat()},
        )
    if await notices.standing(tx, case["id"]):
        raise ObjectionStands()
    if wanted.review is None:
        await _require(tx, "review", "/review", "须写明乡镇审核人和意见")
    return Decided({"submitted_by": str(tx.actor)})


async def _cross_checked(tx: Transaction, case: RowMapping, _way: Way, wanted: NewState) -> Decided:
    check = wanted.cross_check
    hits = await cross_checks.hits_of(tx, case["household_id"])
    explained: set[UUID] = set()
    if check is None:
        await _require(tx, "cross_check", "/cross_check", "须写明向哪些部门比对了车辆、企业、房产")
    else:
        explained = {one.finding_id for one in check.explanations}
        if explained - {hit["id"] for hit in hits}:
            told = FieldError("/cross_check/explanations", "finding_unknown", "该户没有这项比对发现")
            raise EvidenceMisplaced(errors=[told])
    return Decided(
        basis={
            "sources": check.sources if check else [],
            "hits": [{name: hit[name] for name in ("id", "kind", "source", "found_on")} for hit in hits],
            "explained": sorted(map(str, explained)),
        }
    )


async def _approved(tx: Transaction, case: RowMapping, _way: Way, wanted: NewState) -> Decided:
    if case["submitted_by"] == str(tx.actor):
        raise SamePerson()
    step = await _last_step(tx, case, "cross_checked")
    explained = set((step["basis"] or {}).get("explained", ())) if step else set()
    if step and explained and step["made_by"] == str(tx.actor):
        raise SamePerson(
            "对比对发现作出说明的人不能批准，请由他人批准", "who explained the findings cannot approve"
        )
    hits = {str(hit["id"]) for hit in await cross_checks.hits_of(tx, case["household_id"])}
    unexplained = hits - explained
    if unexplained and not wanted.reason:
        told = FieldError(
            "/reason", "hits_unexplained", f"有 {len(unexplained)} 项比对发现未作说明，批准须写明理由"
        )
        raise EvidenceMissing(errors=[told])
    household = await registry.household_now(tx, case["household_id"])
    line = await income_line(tx)
    income = case["per_capita_income"]
    proposed = wanted.monitoring_type or (await _last_basis(tx, case, "visited")).get("monitoring_type")
    amount = line.amount if line else None
    kind = proposed or type_of(household["household_type"] if household else "", income, amount)
    # The line is a reference, together with expenses and guarantees: it forbids nothing (policy.md, Income line).
    provisional = line is None or line.provisional
    return Decided(
        {
            "monitoring_type": kind,
            "income_line": amount,
            "provisional": provisional,
            "approved_on": tx.today,
        },
        {
            "income_line": line.used if line else None,
            "provisional": provisional,
            "per_capita_income": income,
            "below_line": None if income is None or amount is None else income < amount,
            "guarantees": case["guarantees"],
            "monitoring_type": kind,
            "monitoring_type_by": "stated" if proposed else "rule",
            "unexplained_hits": len(unexplained),
        },
    )


async def _assisted(tx: Transaction, case: RowMapping, way: Way, wanted: NewState) -> Decided:
    if case["state"] == "relapsed":
        if case["submitted_by"] == str(tx.actor):
            raise SamePerson(
                "认定返贫的人不能自己批准恢复帮扶，请由他人批准", "who found the relapse cannot approve"
            )
        return Decided({"approved_on": tx.today})
    if way.channel is not Channel.GREEN:
        return Decided()
    seen = _seen(case, wanted)
    risks = await parameter(tx, "green_channel_risks")
    if not set(seen.get("risk_types", case["risk_types"])) & set(risks.value):
        raise GreenChannelClosed(
            f"须为下列风险之一：{'、'.join(risks.value)}",
            f"for these kinds of risk: {', '.join(risks.value)}",
            members={"risk_types": risks.value},
        )
    papers = await parameter(tx, "papers_days")
    return Decided(
        {**seen, "green_channel": True}, {"green_channel_risks": risks.used, "papers_days": papers.used}
    )


async def _eliminated(_tx: Transaction, _case: RowMapping, way: Way, _wanted: NewState) -> Decided:
    return Decided(basis={"elimination_kind": "natural" if way.channel is Channel.NATURAL else "measured"})


async def _relapsed(tx: Transaction, case: RowMapping, _way: Way, _wanted: NewState) -> Decided:
    # The household's row has been locked: no other case is opened meanwhile.
    if await repository.open_case_of(tx, case["household_id"]):
        raise AlreadyMonitored(await repository.visible_open_case_of(tx, case["household_id"]))
    return Decided(
        {
            "period": case["period"] + 1,
            "green_channel": False,
            "approved_on": None,
            "submitted_by": str(tx.actor),
            "notice_from": None,
            "notice_until": None,
            "due_on": await clocks.approval_due(tx),
        }
    )


_DECISIONS: Final[Mapping[str, Decision]] = {
    "visited": _visited,
    "appraised": _appraised,
    "noticed": _noticed,
    "submitted": _submitted,
    "cross_checked": _cross_checked,
    "approved": _approved,
    "assisted": _assisted,
    "eliminated": _eliminated,
    "relapsed": _relapsed,
}


async def follow(tx: Transaction, case: RowMapping, way: Way, decided: Decided) -> None:
    """Clocks, the period and the registry after a step; ``case`` as it was before."""
    case_id, region = case["id"], case["region_code"]
    changes = decided.changes
    if way.to in ("approved", "assisted"):
        await _begin_assistance(tx, case, way, changes)
    elif way.to == "eliminated":
        await clocks.stop_all(tx, case)
        ended = {"eliminated_on": tx.today, "elimination_kind": decided.basis["elimination_kind"]}
        await repository.change_period(tx, case_id, case["period"], ended)
        # Help by the green channel alone has not made it a monitored household.
        if case["monitoring_type"]:
            await _note(tx, case, None, risk_eliminated=True)
    elif way.to == "relapsed":
        await repository.add_period(tx, case_id, region, changes["period"])
        await clocks.set_clock(tx, case_id, changes["period"], region, "approval", changes["due_on"])
        await _note(tx, case, None, risk_eliminated=False)
    elif way.to == "rejected":
        await clocks.stop_all(tx, case)
        if case["period"] > 1:
            # The relapse had marked it; it was none.
            await _note(tx, case, None, risk_eliminated=True)


async def _begin_assistance(tx: Transaction, case: RowMapping, way: Way, changes: Mapping[str, Any]) -> None:
    """Approval stops what waited for it and starts the plan's clock; so does help before the papers."""
    case_id, region = case["id"], case["region_code"]
    if way.channel is Channel.GREEN:
        due_on = await clocks.days_from_today(tx, "papers_days")
        await clocks.set_clock(tx, case_id, case["period"], region, "papers", due_on)
    elif "approved_on" in changes:
        await clocks.stop_clock(tx, case, "approval", "papers")
        kind = changes.get("monitoring_type") or case["monitoring_type"]
        identified = {"identified_on": tx.today, "monitoring_type": kind}
        await repository.change_period(tx, case_id, case["period"], identified)
        await _note(tx, case, kind or None, risk_eliminated=False)
    else:
        return
    due_on = await clocks.days_from_today(tx, "plan_days")
    await clocks.set_clock(tx, case_id, case["period"], region, "plan", due_on)


async def _note(
    tx: Transaction, case: RowMapping, monitoring_type: str | None, *, risk_eliminated: bool
) -> None:
    await registry.decide_monitoring(
        tx,
        case["household_id"],
        case["id"],
        monitoring_type=monitoring_type,
        risk_eliminated=risk_eliminated,
    )
