"""Drawing up and confirming the plan of a monitored household (policy.md, Registry and monitoring)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.assistance import measures as plan_measures
from services.household_api.assistance import obstacles, repository
from services.household_api.assistance.errors import InvalidPlan, PlanIncomplete
from services.household_api.assistance.people import people_of
from services.household_api.assistance.rules import (
    Finding,
    MeasureKind,
    circumstances,
    doubts,
    is_stuck,
    labour_ability,
    missing,
)
from services.household_api.assistance.schemas import NewPlan
from services.household_api.monitoring import service as monitoring
from services.household_api.monitoring.clocks import clock_of, clocks_of, set_clock, stop_clock
from services.household_api.registry import service as registry
from shared import audit
from shared.db import Transaction
from shared.errors import FieldError, NotFound
from shared.parameters import Parameter, parameter
from shared.runtime.preconditions import IfMatch
from shared.sealing.texts import open_texts, seal

CONTACT = ("contact_official", "contact_unit", "contact_level")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a plan lacks and what is doubtful about it, with the parameters that say so."""

    ability: str
    missing: list[Finding]
    findings: list[Finding]
    used: dict[str, Any]


async def judge(
    tx: Transaction, case: RowMapping, kinds: Mapping[str, MeasureKind], period: int
) -> Judgement:
    """Look at the measures of a period that are not stopped, beside the household as it is now."""
    household = await repository.household(tx, case["household_id"])
    if household is None:
        raise NotFound()
    people = (await people_of(tx, [case["household_id"]]))[case["household_id"]]
    names = ("measure_kinds", "development_measures_at_least", "dangerous_housing_grades", "pension_age")
    numbers: dict[str, Parameter] = {name: await parameter(tx, name) for name in names}
    rows = await repository.measures(tx, [case["id"]], period)
    held = [row["kind"] for row in rows if row["state"] != "stopped"]
    known = await repository.obstacles(tx, [case["id"]], period)
    stuck = is_stuck(
        [(row["state"], row["effect"]) for row in rows], sum(row["state"] == "open" for row in known)
    )
    ability = labour_ability(people.living)
    applies = circumstances(
        case["risk_types"],
        household["social_assistance"],
        household["housing_grade"],
        household["drinking_water"],
        people.living,
        numbers["dangerous_housing_grades"].value,
        numbers["pension_age"].value,
    )
    least = numbers["development_measures_at_least"].value
    return Judgement(
        ability,
        missing(ability, applies, held, kinds, least),
        doubts(ability, case["risk_types"], held, kinds, stuck=stuck),
        {name: number.version for name, number in numbers.items()},
    )


async def describe(tx: Transaction, case_id: UUID, period: int | None = None) -> dict[str, Any]:
    """The plan of the running period, or of an earlier one, as ``schemas.Plan``. Raises ``NotFound``."""
    case = await monitoring.case_now(tx, case_id)
    period = period or case["period"]
    if period > case["period"]:
        raise NotFound()
    kinds = await plan_measures.kinds_of(tx)
    judged = await judge(tx, case, kinds, period)
    row = await repository.plan(tx, case_id, period)
    clock = next(
        (c for c in await clocks_of(tx, case_id) if (c["period"], c["kind"]) == (period, "plan")), None
    )
    rows = await repository.measures(tx, [case_id], period)
    late = clock is not None and clock["stopped_on"] is None and clock["due_on"] < tx.today
    return {
        "case_id": case_id,
        "household_id": case["household_id"],
        "period": period,
        "state": row["state"] if row else "missing",
        "labour_ability": judged.ability,
        **{name: row[name] if row else "" for name in CONTACT},
        "missing": [finding.as_dict() for finding in judged.missing],
        "findings": [finding.as_dict() for finding in judged.findings],
        "reason": await _reason(tx, row),
        "due_on": clock["due_on"] if clock else None,
        "overdue": late,
        "measures": await plan_measures.shown(tx, rows, kinds),
        "obstacles": await obstacles.shown(tx, await repository.obstacles(tx, [case_id], period)),
        "made_by": row["made_by"] if row else None,
        "made_at": row["made_at"] if row else None,
        "version": row["version"] if row else 0,
    }


async def _reason(tx: Transaction, row: RowMapping | None) -> str:
    if row is None:
        return ""
    (told,) = await open_texts(tx, "assistance_plan", "reason", [(row["case_id"], row["reason"])])
    return told


async def put(tx: Transaction, case_id: UUID, wanted: NewPlan, expected: IfMatch) -> None:
    """Draw up the plan of the running period, or change it; ``confirm`` makes it hold.

    An approved case is then being assisted. Raises ``NotFound``, ``PreconditionFailed``, ``PlanBeforeApproval``,
    ``PeriodEnded``, ``InvalidMeasure``, ``InvalidPlan``, ``PlanIncomplete``.
    """
    case = await plan_measures.case_to_assist(tx, case_id)
    former = await repository.plan(tx, case_id, case["period"])
    version = former["version"] if former else 0
    if expected.value is not None:
        expected.check(version)
    await plan_measures.add_to(tx, case, wanted.measures, "/measures")
    confirmed = wanted.confirm or (former is not None and former["state"] == "confirmed")
    judged = await judge(tx, case, await plan_measures.kinds_of(tx), case["period"])
    contact = {name: getattr(wanted, name) or (former[name] if former else "") for name in CONTACT}
    reason = wanted.reason or await _reason(tx, former)
    if confirmed:
        await _confirmable(tx, judged, contact, reason)
    state = "confirmed" if confirmed else "draft"
    values = {
        **{"case_id": case_id, "period": case["period"], "version": version + 1},
        **{name: case[name] for name in ("region_code", "household_id")},
        **contact,
        "state": state,
        "labour_ability": judged.ability,
        "missing": [finding.kind or finding.code for finding in judged.missing],
        "reason": await seal(tx, "assistance_plan", "reason", case_id, reason),
        "parameters_used": judged.used,
        "made_by": str(tx.actor),
        "made_at": tx.now,
    }
    await repository.add(tx, "assistance_plan", values)
    await audit.record(
        tx, f"plan.{state}", f"case/{case_id}", {"period": case["period"], "version": version + 1}
    )
    if contact["contact_official"]:
        await registry.name_contact(
            tx, case["household_id"], contact["contact_official"], contact["contact_unit"], "帮扶计划"
        )
    if confirmed:
        await _confirm(tx, case)


async def _confirmable(tx: Transaction, judged: Judgement, contact: Mapping[str, str], reason: str) -> None:
    required = (await parameter(tx, "plan_contact_required")).value
    if required and not (contact["contact_official"] and contact["contact_level"]):
        told = "请写明帮扶联系人：县或乡镇的公职人员（contact_official、contact_unit、contact_level）"
        raise InvalidPlan(errors=[FieldError("/contact_official", "contact_missing", told)])
    if judged.missing and not reason:
        raise PlanIncomplete(
            errors=[FieldError("/measures", finding.code, finding.message) for finding in judged.missing],
            members={"missing": [finding.kind or finding.code for finding in judged.missing]},
        )


async def _confirm(tx: Transaction, case: RowMapping) -> None:
    if await clock_of(tx, case, "plan") is None:
        # Before the approval that would start it: the approval then finds that there is nothing to wait for.
        await set_clock(tx, case["id"], case["period"], case["region_code"], "plan", tx.today)
    await stop_clock(tx, case, "plan")
    if case["state"] == "approved":
        await monitoring.step(tx, case, "assisted", basis={"plan": "confirmed"})


async def summary(tx: Transaction, case_id: UUID, period: int) -> dict[str, Any]:
    """Whether a case has its plan, for the case's own page."""
    row = await repository.plan(tx, case_id, period)
    return {"state": row["state"] if row else "missing", "version": row["version"] if row else 0}


async def plan_of_household(
    tx: Transaction, case_ids: list[UUID], at: datetime | None
) -> dict[str, Any] | None:
    """The newest plan of a household's cases as it stood at an instant (now), as ``schemas.PlanOfHousehold``."""
    row = await repository.plan_at(tx, case_ids, at) if case_ids else None
    if row is None:
        return None
    rows = await repository.measures(tx, [row["case_id"]], row["period"], at)
    return {
        **{name: row[name] for name in ("case_id", "period", "state", "labour_ability", "missing")},
        **{name: row[name] for name in ("contact_official", "contact_unit", "made_at", "version")},
        "measures": await plan_measures.shown(tx, rows, await plan_measures.kinds_of(tx)),
    }


async def households_moved(tx: Transaction, moved: Mapping[UUID, str]) -> None:
    """Plans, measures, obstacles, checks and marks go with their households."""
    await repository.move(tx, moved)
