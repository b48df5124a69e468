"""What an answer must hold (policy.md, The loop, 6)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from services.warning_api.dispatch.rules import TO_BE_VERIFIED
from services.warning_api.verification.schemas import VerificationItem
from shared.clock import SHANGHAI
from shared.tables.words import OUTCOME

#: More items than one request takes.
MOST_ITEMS = 20_000

#: Outcomes of visits that found somebody who lives there.
REGISTRABLE = frozenset({"risk_confirmed", "no_risk", "already_covered", "needs_department"})


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What is known of a task when it is answered. ``answer``: the latest one, if any, with what was sealed."""

    row: Mapping[Any, Any]
    warnings: Collection[UUID]
    answer: Mapping[Any, Any] | None = None


@dataclass(frozen=True, slots=True)
class CountyRules:
    today: date
    departments: Collection[str]
    minimum_verifiers_confirmed: int = 1


@dataclass(slots=True)
class Verdict:
    status: str = "accepted"
    errors: list[dict[str, str]] = field(default_factory=list)

    def refuse(self, field_name: str, code: str, message: str, status: str = "rejected") -> None:
        self.status = status
        self.errors.append({"field": field_name, "code": code, "message": message})


def judge(item: VerificationItem, task: TaskFacts | None, rules: CountyRules) -> Verdict:
    """Whether an answer is taken; all that is wrong with it, not only the first."""
    verdict = Verdict()
    if task is None:
        verdict.refuse(
            "task_id", "not_found", "未找到该任务：请核对任务编号，或该任务不属于本乡镇", "not_found"
        )
        return verdict
    row = task.row
    if row["state"] not in TO_BE_VERIFIED:
        if task.answer is not None and same_answer(item, task.answer):
            verdict.status = "unchanged"
            return verdict
        said = (
            f"{OUTCOME.word(task.answer['outcome'])}（{task.answer['visited_on']}）"
            if task.answer
            else row["state"]
        )
        verdict.refuse("task_id", "already_verified", f"该任务已有核查结果：{said}，如需更正请联系县里退回")
        return verdict
    if item.version is not None and item.version < row["content_version"]:
        verdict.refuse("version", "stale_version", "任务在您读取后有新线索或被退回，请重新读取后再填报")
    dispatched_on = row["dispatched_at"].astimezone(SHANGHAI).date()
    if item.visited_on > rules.today:
        verdict.refuse("visited_on", "date_in_future", f"入户日期 {item.visited_on} 晚于今天，请核对")
    elif item.visited_on < dispatched_on:
        verdict.refuse(
            "visited_on", "before_dispatch", f"入户日期早于派发日期 {dispatched_on}，请填写本次入户的日期"
        )
    _check_outcome(item, task, rules, verdict)
    return verdict


def _check_outcome(item: VerificationItem, task: TaskFacts, rules: CountyRules, verdict: Verdict) -> None:
    outcomes = {item.outcome, *(clue.outcome for clue in item.clues)}
    if "needs_department" in outcomes and item.needs_org is None:
        verdict.refuse("needs_org", "missing", "“需部门处置”须写明由哪个部门处置")
    if item.needs_org is not None and item.needs_org not in rules.departments:
        verdict.refuse("needs_org", "unknown_department", "没有这个部门代码，请对照 /v1/cycles/current 填写")
    if item.outcome == "risk_confirmed" and len(item.verifiers) < rules.minimum_verifiers_confirmed:
        verdict.refuse(
            "verifiers", "too_few_verifiers", f"确认风险至少须 {rules.minimum_verifiers_confirmed} 人入户核查"
        )
    foreign = [clue.warning_id for clue in item.clues if clue.warning_id not in task.warnings]
    if foreign:
        verdict.refuse("clues", "foreign_clue", "所列线索不属于该任务，请重新读取任务后填报")
    if len({clue.warning_id for clue in item.clues}) < len(item.clues):
        verdict.refuse("clues", "repeated_clue", "同一条线索只能填一个结果")
    if item.registration is not None and task.row["household_id"] is not None:
        verdict.refuse("register", "already_registered", "该户已在登记簿中，无须登记")
    if item.registration is not None and item.outcome not in REGISTRABLE:
        verdict.refuse("register", "nobody_to_register", "未找到、迁出或死亡的人员不能登记为本村农户")
    if item.per_capita_income is not None and item.per_capita_income < 0:
        verdict.refuse("per_capita_income", "negative_amount", "人均收入不能为负数")


def same_answer(item: VerificationItem, answer: Mapping[Any, Any]) -> bool:
    """Whether the item says what was already answered, so that sending it again changes nothing."""
    return bool(
        item.outcome == answer["outcome"]
        and item.visited_on == answer["visited_on"]
        and item.needs_org == answer["needs_org"]
        and {str(clue.warning_id): clue.outcome for clue in item.clues} == answer["clue_outcomes"]
        and item.risk_types == answer["risk_types"]
        and item.per_capita_income == answer["per_capita_income"]
        and (item.guarantees and item.guarantees.model_dump()) == answer["guarantees"]
        and item.verifiers == answer["verifiers"]
        and (item.note or "") == answer["note"]
        and (item.registration and item.registration.household_type) == answer["register_as"]
        and (item.registration and item.registration.address) == answer["address"]
    )
