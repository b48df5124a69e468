"""What a plan must hold, and what its measures must be (policy.md, Registry and monitoring: Measures).

Decisions without I/O.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from shared.errors import FieldError
from shared.parameters.measure_kinds import DEVELOPMENT, SAFETY_NET

WITH_LABOUR, WEAK_LABOUR, WITHOUT_LABOUR, UNKNOWN_LABOUR = (
    "with_labour",
    "weak_labour",
    "without_labour",
    "unknown",
)

#: State of a measure -> where it may go.
MEASURE_STATES: Final[Mapping[str, tuple[str, ...]]] = {
    "planned": ("running", "done", "stopped"),
    "running": ("done", "stopped"),
    "done": (),
    "stopped": (),
}

#: States of a case in which plans and measures are made; before approval only where help comes first.
AFTER_APPROVAL: Final = frozenset({"approved", "assisted", "relapsed"})

#: Words of 健康状况 that tell of illness and of disability.
_ILL, _DISABLED = "病", "残"


@dataclass(frozen=True, slots=True)
class MeasureKind:
    """An entry of the parameter ``measure_kinds``."""

    code: str
    name: str
    category: str
    risk_types: tuple[str, ...]
    applies_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """What a plan looks at of a living member; ``age`` None where it is not known."""

    labour: str
    health: str
    student_status: str
    insured: bool | None
    age: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What is missing in a plan or doubtful about it, and what would be right."""

    code: str
    message: str
    kind: str | None = None
    risk_type: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "kind": self.kind,
            "risk_type": self.risk_type,
        }


def read_kinds(value: Sequence[Mapping[str, Any]]) -> dict[str, MeasureKind]:
    """The parameter ``measure_kinds`` by code."""
    return {
        entry["code"]: MeasureKind(
            entry["code"],
            entry["name"],
            entry["category"],
            tuple(entry["risk_types"]),
            tuple(entry["applies_to"]),
        )
        for entry in value
    }


def labour_ability(members: Collection[Member]) -> str:
    """Of a household: its most able member's; unknown where nobody's is registered."""
    kinds = {member.labour for member in members}
    if kinds & {"ordinary", "skilled"}:
        return WITH_LABOUR
    if "weak" in kinds:
        return WEAK_LABOUR
    return WITHOUT_LABOUR if kinds & {"lost", "none"} else UNKNOWN_LABOUR


def circumstances(
    risk_types: Collection[str],
    social_assistance: str,
    housing_grade: str,
    drinking_water: str,
    members: Collection[Member],
    dangerous_grades: Collection[str],
    pension_age: int,
) -> set[str]:
    """What a safety-net policy may be for: risks and standings that the household has."""
    found = {*risk_types, *filter(None, [social_assistance])}
    if housing_grade in dangerous_grades:
        found.add("unsafe_housing")
    if drinking_water == "insecure":
        found.add("unsafe_water")
    for member in members:
        if member.age is not None and member.age >= pension_age:
            found.add("aged")
        if member.insured is False:
            found.add("uninsured")
        if _tells(member.health, _ILL):
            found.add("illness")
        if _tells(member.health, _DISABLED):
            found.add("disability")
        if is_pupil(member.student_status):
            found.add("pupil")
    return found


def _tells(health: str, word: str) -> bool:
    """健康状况 is free text: 无病, 未患病 tell of none."""
    return word in health and not health.startswith(("无", "未", "没"))


def is_pupil(student_status: str) -> bool:
    """在校生状况 names where somebody goes to school, unless it says that they do not."""
    return bool(student_status) and not any(
        word in student_status for word in ("非在校", "辍学", "失学", "学龄前", "毕业", "无")
    )


def missing(
    ability: str,
    applies: Collection[str],
    held: Collection[str],
    kinds: Mapping[str, MeasureKind],
    development_at_least: int,
) -> list[Finding]:
    """What a plan lacks that it must hold; with a reason it can be confirmed all the same.

    ``held``: the kinds of its measures that are not stopped.
    """
    if ability == UNKNOWN_LABOUR:
        return [Finding("labour_unknown", "户内没有登记成员的劳动能力，请先补登，再确定应有的措施")]
    if ability == WITH_LABOUR:
        development = sum(kinds[code].category == DEVELOPMENT for code in held if code in kinds)
        if development < development_at_least:
            names = "、".join(kind.name for kind in kinds.values() if kind.category == DEVELOPMENT)
            told = f"有劳动能力的户原则上至少 {development_at_least} 项开发式帮扶措施，可选：{names}"
            return [Finding("development_missing", told, DEVELOPMENT)]
        return []
    if ability == WITHOUT_LABOUR:
        return [
            Finding("safety_net_missing", f"无劳动能力的户应落实适用的保障政策：{kind.name}", kind.code)
            for kind in kinds.values()
            if kind.category == SAFETY_NET and set(kind.applies_to) & set(applies) and kind.code not in held
        ]
    return []


def is_stuck(measures: Collection[tuple[str, str]], open_obstacles: int) -> bool:
    """Whether all has been done (``state, effect`` of each measure) without lasting effect, and nobody says why."""
    counted = [(state, effect) for state, effect in measures if state != "stopped"]
    finished = bool(counted) and all(state == "done" for state, _ in counted)
    return finished and any(effect != "lasting" for _, effect in counted) and not open_obstacles


def doubts(
    ability: str,
    risk_types: Collection[str],
    held: Collection[str],
    kinds: Mapping[str, MeasureKind],
    *,
    stuck: bool = False,
) -> list[Finding]:
    """What should be looked at: a risk without a measure that answers it, weak labour without development, a risk
    that stays with no obstacle in the ledger (``stuck``)."""
    known = [kinds[code] for code in held if code in kinds]
    answered = {risk for kind in known for risk in kind.risk_types}
    found = [
        Finding(
            "risk_without_measure",
            "该风险没有对应的帮扶措施，可选："
            + "、".join(kind.name for kind in kinds.values() if risk in kind.risk_types),
            risk_type=risk,
        )
        for risk in risk_types
        if risk not in answered
    ]
    if ability == WEAK_LABOUR and all(kind.category != DEVELOPMENT for kind in known):
        found.append(
            Finding("development_where_possible", "弱劳动力或半劳动力户，有条件的应安排开发式帮扶措施")
        )
    if stuck:
        found.append(
            Finding("obstacle_missing", "措施已完成而成效未稳定，请登记堵点症结和下一步措施（obstacles）")
        )
    return found


def measure_errors(
    *,
    kind: str,
    kinds: Collection[str],
    starts_on: date,
    ends_on: date | None,
    amount: Decimal | None,
    state: str,
    effect: str,
    today: date,
) -> list[FieldError]:
    """Everything that is wrong with a measure as it would stand."""
    errors = []
    if kind not in kinds:
        errors.append(FieldError("/kind", "measure_kind_unknown", f"没有这类措施，可选：{'、'.join(kinds)}"))
    if ends_on is not None and ends_on < starts_on:
        errors.append(FieldError("/ends_on", "ends_before_start", f"结束日期应不早于开始日期 {starts_on}"))
    if amount is not None and amount < 0:
        errors.append(FieldError("/amount", "amount_negative", "金额不能为负数"))
    if state in ("running", "done") and starts_on > today:
        errors.append(
            FieldError(
                "/state", "not_yet_begun", f"措施 {starts_on} 才开始，到期前只能是 planned；或改正开始日期"
            )
        )
    if effect and state != "done":
        errors.append(
            FieldError("/effect", "effect_without_done", "成效在措施完成后填写：先把 state 改为 done")
        )
    return errors
