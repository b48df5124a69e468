"""What an answer must hold (policy.md, The loop, 6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self
from uuid import UUID

from pydantic import ValidationError

from services.warning_api.dispatch.rules import TO_BE_VERIFIED
from services.warning_api.verification.corrections import (
    refusal_of_correction,
    same_answer,
    standing_words,
)
from services.warning_api.verification.schemas import VerificationItem
from shared.clock import SHANGHAI
from shared.errors.validation import in_our_words
from shared.tables.columns import plain_word
from shared.tables.words import GUARANTEE_COLUMNS, NOTE, OUTCOME, PER_CAPITA_INCOME, RISKS

#: More items than one request takes.
MOST_ITEMS = 20_000

#: Outcomes of visits that found somebody who lives there.
REGISTRABLE = frozenset({"risk_confirmed", "no_risk", "already_covered", "needs_department"})

#: What a county may ask for by its parameter ``outcome_needs``, in the words of the list.
NEEDED_WORDS = {
    "risk_types": RISKS.headers[0],
    "per_capita_income": PER_CAPITA_INCOME.headers[0],
    "guarantees": "、".join(column.headers[0] for column in GUARANTEE_COLUMNS),
    "note": NOTE.headers[0],
    "clues": "每条线索的结果",
    "attachments": "照片等附件",
}


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What is known of a task when it is answered. ``warnings``: its clues in the order of their numbers;
    ``answer``: the latest one, if any, with what was sealed; ``receipt``: a department has answered it since."""

    row: Mapping[Any, Any]
    warnings: Sequence[UUID]
    answer: Mapping[Any, Any] | None = None
    receipt: bool = False


@dataclass(frozen=True, slots=True)
class CountyRules:
    """``departments``: names by code; ``cycle``: the month whose list is being answered, where the caller says."""

    today: date
    departments: Mapping[str, str]
    minimum_verifiers_confirmed: int = 1
    outcome_needs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    correction_days: int = 0
    actor: str = ""
    cycle: str | None = None


@dataclass(slots=True)
class Verdict:
    """``corrects``: what is accepted replaces an answer that stands; ``standing``: there is one in its way."""

    status: str = "accepted"
    errors: list[dict[str, str]] = field(default_factory=list)
    corrects: bool = False
    standing: Mapping[Any, Any] | None = None

    @classmethod
    def of(cls, error: ValidationError) -> Self:
        """What is wrong with an item that is none."""
        verdict = cls()
        for found in error.errors():
            verdict.refuse("/".join(str(part) for part in found["loc"]) or "item", *in_our_words(found))
        return verdict

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
    if rules.cycle is not None and row["cycle"] != rules.cycle:
        said = f"该任务是 {row['cycle']} 的，本次填报的是 {rules.cycle} 的清单"
        verdict.refuse("task_id", "sheet_of_another_month", said)
        return verdict
    if row["state"] not in TO_BE_VERIFIED:
        _meet_what_stands(item, task, rules, verdict)
        if not verdict.corrects:
            return verdict
    elif item.version is not None and item.version < row["content_version"]:
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


def _meet_what_stands(item: VerificationItem, task: TaskFacts, rules: CountyRules, verdict: Verdict) -> None:
    """Of a task that is answered: the same again changes nothing, a correction may be taken, all else is refused
    with what was answered first."""
    if task.answer is None:
        verdict.refuse("task_id", "already_closed", "该任务的线索已全部撤回，无须再核查")
        return
    if same_answer(item, task.answer):
        verdict.status = "unchanged"
        return
    refused = refusal_of_correction(
        item, task.row, task.answer, receipt=task.receipt, days=rules.correction_days, today=rules.today,
        actor=rules.actor,
    )  # fmt: skip
    if refused is None:
        verdict.corrects = True
        return
    verdict.standing = task.answer
    verdict.refuse(
        "task_id", refused.code, f"该任务已有核查结果：{standing_words(task.answer)}。{refused.message}"
    )


def _check_outcome(item: VerificationItem, task: TaskFacts, rules: CountyRules, verdict: Verdict) -> None:
    outcomes = {item.outcome, *(clue.outcome for clue in item.clues)}
    if "needs_department" in outcomes and item.needs_org is None:
        verdict.refuse("needs_org", "missing", "“需部门处置”须写明由哪个部门处置")
    if item.needs_org is not None and item.needs_org not in rules.departments:
        names = "、".join(rules.departments.values())
        verdict.refuse("needs_org", "unknown_department", f"本县没有这个部门，应为{names}之一（或其代码）")
    if "risk_confirmed" in outcomes:
        persons = {plain_word(name) for name in item.verifiers}
        if len(persons) < rules.minimum_verifiers_confirmed:
            least = rules.minimum_verifiers_confirmed
            verdict.refuse("verifiers", "too_few_verifiers", f"确认风险至少须 {least} 人入户核查")
    for needed in rules.outcome_needs.get(item.outcome, ()):
        if not _is_given(item, needed, task):
            message = f"本县要求：结果为“{OUTCOME.word(item.outcome)}”的须填写{NEEDED_WORDS[needed]}"
            verdict.refuse(needed, "missing", message)
    foreign = [clue.warning_id for clue in item.clues if clue.warning_id not in task.warnings]
    if foreign:
        verdict.refuse("clues", "foreign_clue", "所列线索不属于该任务，请重新读取任务后填报")
    if len({clue.warning_id for clue in item.clues}) < len(item.clues):
        verdict.refuse("clues", "repeated_clue", "同一条线索只能填一个结果")
    if item.registration is not None and task.row["household_id"] is not None and not verdict.corrects:
        verdict.refuse("register", "already_registered", "该户已在登记簿中，无须登记")
    if item.registration is not None and item.outcome not in REGISTRABLE:
        verdict.refuse("register", "nobody_to_register", "未找到、迁出或死亡的人员不能登记为本村农户")
    if item.per_capita_income is not None and item.per_capita_income < 0:
        verdict.refuse("per_capita_income", "negative_amount", "人均收入不能为负数")


def _is_given(item: VerificationItem, needed: str, task: TaskFacts) -> bool:
    """Of the guarantees all four; of the clues each, where there are several."""
    if needed == "guarantees":
        return item.guarantees is not None and None not in item.guarantees.model_dump().values()
    if needed == "clues":
        return len(task.warnings) < 2 or {clue.warning_id for clue in item.clues} >= set(task.warnings)
    return getattr(item, needed) not in (None, "", [])
