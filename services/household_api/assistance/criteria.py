"""When a risk is removed: each criterion judged from data (policy.md, Registry and monitoring: Elimination).

Decisions without I/O. What the data do not say is ``unknown``, never met.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from services.household_api.assistance.rules import WITH_LABOUR, Member, is_pupil, labour_ability

MET, NOT_MET, UNKNOWN = "met", "not_met", "unknown"

NAMES: Final[Mapping[str, str]] = {
    "income": "收入稳定超过监测线",
    "compulsory_education": "义务教育有保障",
    "basic_medical": "基本医疗有保障",
    "housing": "住房安全有保障",
    "water": "饮水安全有保障",
    "measures": "帮扶措施全部落实且成效稳定",
    "no_new_risk": "没有未解决的新风险",
}


@dataclass(frozen=True, slots=True)
class Income:
    """A record of twelve months up to ``as_of``; ``line`` is the income line of that day, None where none is set."""

    as_of: date
    per_head: Decimal | None
    line: Decimal | None


@dataclass(frozen=True, slots=True)
class MeasureDone:
    kind: str
    state: str
    effect: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a guarantee ledger; ``crossed_off``: it has been solved."""

    kind: str
    crossed_off: bool


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a check looks at of one household. ``incomes``: the newest first, one for each day."""

    members: Sequence[Member]
    housing_grade: str
    drinking_water: str
    incomes: Sequence[Income]
    measures: Sequence[MeasureDone]
    plan_confirmed: bool
    open_obstacles: int
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The parameters that a check uses."""

    income_months: int
    dangerous_grades: Collection[str]
    school_from: int
    school_to: int


@dataclass(frozen=True, slots=True)
class Criterion:
    code: str
    verdict: str
    told: str
    evidence: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "name": NAMES[self.code],
            "verdict": self.verdict,
            "told": self.told,
            "evidence": dict(self.evidence),
        }


def judge(situation: Situation, bounds: Bounds, today: date) -> list[Criterion]:
    """Every criterion, in the order of ``NAMES``."""
    return [
        _income(situation.incomes, bounds.income_months, today),
        _schooling(situation, bounds),
        _medical(situation),
        _housing(situation, bounds.dangerous_grades),
        _water(situation),
        _measures(situation),
        _no_new_risk(situation),
    ]


def verdict_of(criteria: Sequence[Criterion]) -> str:
    """Met when all are; not met when one is not; otherwise unknown."""
    verdicts = {criterion.verdict for criterion in criteria}
    return NOT_MET if NOT_MET in verdicts else UNKNOWN if UNKNOWN in verdicts else MET


def with_verdict(criteria: Sequence[Criterion], verdict: str) -> list[str]:
    return [criterion.code for criterion in criteria if criterion.verdict == verdict]


def may_be_proposed(members: Collection[Member]) -> bool:
    """Households without labour are not proposed by rule, nor are those of whose labour nothing is known."""
    return labour_ability(members) in (WITH_LABOUR, "weak_labour")


def months_after(day: date, months: int) -> date:
    """The same day of the month ``months`` later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (first_of_next - date.resolution).day))


def _income(incomes: Sequence[Income], months: int, today: date) -> Criterion:
    """Above the line of its year in every record of a span of more than ``months`` that reaches to now."""
    evidence: dict[str, Any] = {
        "more_than_months": months,
        "records": [
            {
                "as_of": income.as_of,
                "per_capita_income": None if income.per_head is None else f"{income.per_head:.2f}",
                "line": None if income.line is None else f"{income.line:.2f}",
            }
            for income in incomes[:12]
        ],
    }
    if not incomes:
        return Criterion("income", UNKNOWN, "没有按时点的收入记录", evidence)
    newest = incomes[0]
    if newest.line is None or newest.per_head is None:
        return Criterion("income", UNKNOWN, f"{newest.as_of} 没有可比的收入监测线或人均收入", evidence)
    if newest.per_head <= newest.line:
        return Criterion("income", NOT_MET, f"{newest.as_of} 人均收入未超过当年监测线", evidence)
    if months_after(newest.as_of, months) < today:
        return Criterion("income", UNKNOWN, f"最近一次收入记录是 {newest.as_of}，请补充近期收入", evidence)
    since = newest.as_of
    for income in incomes[1:]:
        if income.line is None or income.per_head is None:
            break
        if income.per_head <= income.line:
            if months_after(since, months) >= newest.as_of:
                told = f"{income.as_of} 人均收入未超过监测线，稳定尚未超过 {months} 个月"
                return Criterion("income", NOT_MET, told, evidence)
            break
        since = income.as_of
    evidence["above_since"] = since
    if months_after(since, months) >= newest.as_of:
        told = f"自 {since} 起的记录跨度不超过 {months} 个月，还不能判断收入是否稳定"
        return Criterion("income", UNKNOWN, told, evidence)
    return Criterion("income", MET, f"自 {since} 起每次记录都超过当年监测线", evidence)


def _entries(situation: Situation, kind: str) -> tuple[bool, bool]:
    """Whether an entry of this ledger is open, and whether all that there are have been crossed off."""
    found = [entry.crossed_off for entry in situation.entries if entry.kind == kind]
    return not all(found), bool(found) and all(found)


def _guarantee(
    code: str, situation: Situation, *, bad: int, unknown: int, evidence: dict[str, Any]
) -> Criterion:
    """``bad`` and ``unknown`` count what the registry says; what has been crossed off counts as solved."""
    is_open, crossed_off = _entries(situation, code)
    evidence |= {"ledger_open": is_open, "ledger_crossed_off": crossed_off}
    if is_open:
        return Criterion(code, NOT_MET, "保障台账有未销号的记录", evidence)
    if bad and not crossed_off:
        return Criterion(code, NOT_MET, "登记簿显示没有保障", evidence)
    if (bad or unknown) and crossed_off:
        return Criterion(code, MET, "保障台账已销号", evidence)
    if unknown:
        return Criterion(code, UNKNOWN, "登记簿没有说明，请补登", evidence)
    return Criterion(code, MET, "登记簿显示有保障", evidence)


def _schooling(situation: Situation, bounds: Bounds) -> Criterion:
    at_school, out, unsaid = 0, 0, 0
    for member in situation.members:
        if member.age is None:
            unsaid += "辍学" in member.student_status or "失学" in member.student_status
        elif bounds.school_from <= member.age <= bounds.school_to:
            if is_pupil(member.student_status):
                at_school += 1
            elif member.student_status:
                out += 1
            else:
                unsaid += 1
    evidence = {"of_school_age": at_school + out + unsaid, "at_school": at_school}
    return _guarantee("compulsory_education", situation, bad=out, unknown=unsaid, evidence=evidence)


def _medical(situation: Situation) -> Criterion:
    insured = [member.insured for member in situation.members]
    evidence = {"members": len(insured), "insured": sum(state is True for state in insured)}
    uninsured, unsaid = sum(state is False for state in insured), sum(state is None for state in insured)
    return _guarantee("basic_medical", situation, bad=uninsured, unknown=unsaid, evidence=evidence)


def _housing(situation: Situation, dangerous: Collection[str]) -> Criterion:
    grade = situation.housing_grade
    return _guarantee(
        "housing", situation, bad=grade in dangerous, unknown=not grade, evidence={"grade": grade or None}
    )


def _water(situation: Situation) -> Criterion:
    water = situation.drinking_water
    return _guarantee(
        "water",
        situation,
        bad=water == "insecure",
        unknown=not water,
        evidence={"drinking_water": water or None},
    )


def _measures(situation: Situation) -> Criterion:
    counted = [measure for measure in situation.measures if measure.state != "stopped"]
    lasting = [measure for measure in counted if measure.state == "done" and measure.effect == "lasting"]
    evidence = {
        "plan_confirmed": situation.plan_confirmed,
        "measures": len(counted),
        "lasting": len(lasting),
        "stopped": len(situation.measures) - len(counted),
        "not_lasting": sorted({measure.kind for measure in counted if measure not in lasting}),
    }
    if not counted:
        return Criterion("measures", NOT_MET, "没有落实的帮扶措施", evidence)
    if len(lasting) < len(counted):
        return Criterion("measures", NOT_MET, "有措施尚未完成，或成效不稳定", evidence)
    if not situation.plan_confirmed:
        return Criterion("measures", NOT_MET, "帮扶计划尚未确认", evidence)
    return Criterion("measures", MET, "全部措施已完成，成效稳定", evidence)


def _no_new_risk(situation: Situation) -> Criterion:
    """What this service knows of: guarantee ledgers and obstacles. Warnings become cases once they are confirmed."""
    open_kinds = sorted({entry.kind for entry in situation.entries if not entry.crossed_off})
    evidence = {"open_ledgers": open_kinds, "open_obstacles": situation.open_obstacles}
    if open_kinds or situation.open_obstacles:
        return Criterion("no_new_risk", NOT_MET, "保障台账或堵点尚未解决", evidence)
    return Criterion("no_new_risk", MET, "没有未解决的保障台账记录和堵点", evidence)
