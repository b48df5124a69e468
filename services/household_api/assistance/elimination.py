"""Checking, proposing and deciding that a risk is removed (policy.md, Registry and monitoring: Elimination)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.assistance import elimination_repository, repository
from services.household_api.assistance.criteria import (
    NOT_MET,
    UNKNOWN,
    Bounds,
    Criterion,
    Entry,
    Income,
    MeasureDone,
    Situation,
    judge,
    may_be_proposed,
    verdict_of,
    with_verdict,
)
from services.household_api.assistance.elimination_schemas import NewCheck
from services.household_api.assistance.errors import (
    CheckRequired,
    CriteriaUnmet,
    InvalidCheck,
    NotAssisted,
    NoticeRunning,
    SamePerson,
)
from services.household_api.assistance.people import People, people_of
from services.household_api.assistance.rules import AFTER_APPROVAL
from services.household_api.guarantees import service as guarantees
from services.household_api.guarantees.rules import CROSSED_OFF
from services.household_api.monitoring import service as monitoring
from services.household_api.monitoring.schemas import NewState
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import FieldError, NotFound
from shared.parameters import IncomeLine, Parameter, income_line, parameter
from shared.sealing.texts import open_texts, seal

BOUNDS = ("stable_income_months", "dangerous_housing_grades", "compulsory_schooling_ages")

#: Cases looked at with one set of statements.
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Judged:
    """The criteria of one case, with what they were judged by."""

    criteria: list[Criterion]
    people: People
    used: dict[str, Any]
    provisional: bool

    @property
    def unmet(self) -> list[str]:
        return with_verdict(self.criteria, NOT_MET)

    @property
    def unknown(self) -> list[str]:
        return with_verdict(self.criteria, UNKNOWN)


async def judge_cases(tx: Transaction, cases: Sequence[RowMapping]) -> list[Judged]:
    """Each case in its running period, from what is known now; a few statements, however many cases."""
    case_ids, household_ids = [case["id"] for case in cases], [case["household_id"] for case in cases]
    numbers: dict[str, Parameter] = {name: await parameter(tx, name) for name in BOUNDS}
    ages = numbers["compulsory_schooling_ages"].value
    bounds = Bounds(
        numbers["stable_income_months"].value,
        numbers["dangerous_housing_grades"].value,
        ages["from"],
        ages["to"],
    )
    people = await people_of(tx, household_ids)
    homes = {row["id"]: row for row in await repository.households(tx, household_ids)}
    records = await elimination_repository.incomes(tx, household_ids)
    lines = {day: await income_line(tx, day) for day in sorted({row["as_of"] for row in records})}
    confirmed = await elimination_repository.plans_confirmed(tx, case_ids)
    measures = await repository.measures(tx, case_ids)
    obstacles = await repository.obstacles(tx, case_ids)
    entries = await guarantees.of_households(tx, household_ids)
    judged = []
    for case in cases:
        home_id, place = case["household_id"], (case["id"], case["period"])
        own = [row for row in records if row["household_id"] == home_id]
        situation = Situation(
            people[home_id].living,
            homes[home_id]["housing_grade"],
            homes[home_id]["drinking_water"],
            [_income(row, lines[row["as_of"]]) for row in own],
            [
                MeasureDone(row["kind"], row["state"], row["effect"])
                for row in measures
                if (row["case_id"], row["period"]) == place
            ],
            place in confirmed,
            sum(row["state"] == "open" for row in obstacles if (row["case_id"], row["period"]) == place),
            [
                Entry(row["kind"], row["state"] == CROSSED_OFF)
                for row in entries
                if row["household_id"] == home_id
            ],
        )
        applied = [line for row in own if (line := lines[row["as_of"]])]
        used: dict[str, Any] = {name: {"version": n.version, "value": n.value} for name, n in numbers.items()}
        used["income_line"] = [line.used for line in dict.fromkeys(applied)]
        provisional = any(line.provisional for line in applied)
        judged.append(Judged(judge(situation, bounds, tx.today), people[home_id], used, provisional))
    return judged


def _income(row: RowMapping, line: IncomeLine | None) -> Income:
    return Income(row["as_of"], row["per_head"], line.amount if line else None)


async def check(tx: Transaction, case_id: UUID, wanted: NewCheck) -> UUID:
    """Judge a case and keep it with its evidence; ``propose`` puts the elimination forward.

    A case may be judged in any state, also to see whether what was eliminated still holds (回头看).

    Raises ``NotFound``, ``NotAssisted``, ``InvalidCheck``, ``CriteriaUnmet``.
    """
    case = await monitoring.case_now(tx, case_id, lock=True)
    ready = AFTER_APPROVAL if wanted.natural else {"assisted"}
    if (wanted.propose or wanted.natural) and case["state"] not in ready:
        raise NotAssisted(f"案件现处于 {case['state']}", f"the case is {case['state']}")
    (judged,) = await judge_cases(tx, [case])
    if wanted.natural:
        _check_natural(wanted, judged)
    elif wanted.propose and (judged.unmet or judged.unknown) and not wanted.reason:
        raise _unmet(judged)
    return await _keep(tx, case, wanted, judged)


def _check_natural(wanted: NewCheck, judged: Judged) -> None:
    if wanted.natural_reason is None:
        raise _invalid("/natural_reason", "natural_reason_missing", "请写明自然消除的原因")
    if not wanted.reason:
        raise _invalid("/reason", "reason_missing", "请说明风险如何自然消除")
    if wanted.natural_reason != "other" and wanted.natural_reason not in judged.people.gone:
        word = {"deceased": "死亡", "moved": "迁出"}[wanted.natural_reason]
        told = f"登记簿中该户没有{word}的成员：请先在户内登记，或改用其他原因"
        raise _invalid("/natural_reason", "natural_reason_unsupported", told)


def _invalid(pointer: str, code: str, message: str) -> InvalidCheck:
    return InvalidCheck(errors=[FieldError(pointer, code, message)])


def _unmet(judged: Judged) -> CriteriaUnmet:
    open_ones = [criterion for criterion in judged.criteria if criterion.verdict != "met"]
    return CriteriaUnmet(
        errors=[FieldError("/reason", criterion.code, criterion.told) for criterion in open_ones],
        members={"unmet": judged.unmet, "unknown": judged.unknown},
    )


async def _keep(tx: Transaction, case: RowMapping, wanted: NewCheck, judged: Judged) -> UUID:
    check_id = new_id()
    notice_until: date | None = None
    if wanted.propose and not wanted.natural:
        notice_until = tx.today + timedelta(days=(await parameter(tx, "elimination_notice_days")).value)
    values = {
        "id": check_id,
        **{name: case[name] for name in ("region_code", "household_id", "period")},
        "case_id": case["id"],
        "verdict": verdict_of(judged.criteria),
        "natural_reason": (wanted.natural_reason or "other") if wanted.natural else "",
        "criteria": [criterion.as_dict() for criterion in judged.criteria],
        "parameters_used": judged.used,
        "provisional": judged.provisional,
        "proposed": wanted.propose,
        "notice_until": notice_until,
        "reason": await seal(tx, "elimination_check", "reason", check_id, wanted.reason),
        "judged_by": str(tx.actor),
        "judged_at": tx.now,
    }
    await repository.add(tx, "elimination_check", values)
    detail = {"check_id": check_id, "verdict": values["verdict"], "proposed": wanted.propose}
    await audit.record(tx, "elimination.checked", f"case/{case['id']}", detail)
    return check_id


async def judge_transition(tx: Transaction, case: RowMapping, wanted: NewState) -> Mapping[str, Any]:
    """What a decision to eliminate rests on: kept with the step, so that what was not met stays to be seen.

    People decide (policy.md: careful exit, no rate is chased): what was checked and not met needs their reason.
    A measured elimination rests on a measured proposal, a natural one on a natural one; without a proposal a risk
    ends by itself only where the registry knows of somebody who is gone. A notice that runs holds for both.

    Raises ``CheckRequired``, ``SamePerson``, ``NoticeRunning``, ``CriteriaUnmet``.
    """
    if wanted.to == "assisted":
        plan = await repository.plan(tx, case["id"], case["period"])
        return {"plan": plan["state"] if plan else "missing"}
    if wanted.to != "eliminated":
        return {}
    measured, natural = [
        await elimination_repository.latest_proposal(tx, case["id"], case["period"], natural=kind)
        for kind in (False, True)
    ]
    proposal = natural if wanted.natural else measured
    if proposal is None and (await parameter(tx, "elimination_requires_check")).value:
        raise CheckRequired()
    if proposal is not None and proposal["judged_by"] == str(tx.actor):
        raise SamePerson()
    until = measured["notice_until"] if measured else None
    if until is not None and tx.today <= until:
        raise NoticeRunning(f"公示到 {until}（含），次日起可批准", members={"notice_until": str(until)})
    (judged,) = await judge_cases(tx, [case])
    if not wanted.natural:
        if (judged.unmet or judged.unknown) and not wanted.reason:
            raise _unmet(judged)
    elif proposal is None and judged.people.living and not judged.people.gone:
        raise CheckRequired(
            "登记簿中该户没有死亡或迁出的成员：请先在户内登记，或由他人提出自然消除"
            "（elimination-checks，natural、propose: true）",
            "nobody of the household has died or moved away: register it, or let another propose it",
        )
    decided = NewCheck(natural=wanted.natural, reason=wanted.reason)
    check_id = await _keep(tx, case, decided, judged)
    return {
        "check_id": str(check_id),
        "proposal_id": str(proposal["id"]) if proposal else None,
        "unmet": judged.unmet,
        "unknown": judged.unknown,
        "provisional": judged.provisional,
    }


async def list_checks(tx: Transaction, case_id: UUID) -> list[dict[str, Any]]:
    """The checks of a case, the newest first. Raises ``NotFound``."""
    await monitoring.case_now(tx, case_id)
    return await _shown(tx, await elimination_repository.checks(tx, case_id))


async def describe(tx: Transaction, case_id: UUID, check_id: UUID) -> dict[str, Any]:
    row = await elimination_repository.check(tx, case_id, check_id)
    if row is None:
        raise NotFound()
    (found,) = await _shown(tx, [row])
    return found


async def _shown(tx: Transaction, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    """Rows as ``elimination_schemas.Check``."""
    sealed = [(row["id"], row["reason"]) for row in rows]
    reasons = await open_texts(tx, "elimination_check", "reason", sealed)
    return [
        {
            **{name: row[name] for name in ("id", "case_id", "period", "verdict", "criteria", "provisional")},
            **{name: row[name] for name in ("parameters_used", "proposed", "notice_until", "judged_by")},
            "judged_at": row["judged_at"],
            "unmet": [each["code"] for each in row["criteria"] if each["verdict"] == NOT_MET],
            "unknown": [each["code"] for each in row["criteria"] if each["verdict"] == UNKNOWN],
            "natural": bool(row["natural_reason"]),
            "natural_reason": row["natural_reason"] or None,
            "reason": reason,
        }
        for row, reason in zip(rows, reasons, strict=True)
    ]


async def proposals(
    tx: Transaction, region: str | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Cases all of whose criteria are met, ``limit + 1`` at most; by rule none without labour."""
    found: list[dict[str, Any]] = []
    while len(found) <= limit:
        cases = await elimination_repository.assisted_cases(tx, region, after, AT_ONCE)
        for case, judged in zip(cases, await judge_cases(tx, cases) if cases else [], strict=True):
            if judged.unmet or judged.unknown or not may_be_proposed(judged.people.living):
                continue
            found.append(
                {
                    "case_id": case["id"],
                    **{name: case[name] for name in ("household_id", "region_code", "period")},
                    "provisional": judged.provisional,
                    "criteria": [criterion.as_dict() for criterion in judged.criteria],
                }
            )
        if len(cases) < AT_ONCE:
            break
        after = cases[-1]["id"]
    return found[: limit + 1]
