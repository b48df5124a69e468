"""Comparing what a second visit found with the first: agreement leaves it, disagreement returns it for rework."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.warning_api.dispatch.rules import TRANSITIONS
from services.warning_api.feedback.service import return_task
from services.warning_api.rechecks import repository
from services.warning_api.verification import service as verification
from shared import audit
from shared.db import Transaction
from shared.runtime.preconditions import IfMatch
from shared.tables.words import OUTCOME


async def compare(tx: Transaction, verified: Sequence[UUID]) -> None:
    """Judge those of the tasks that have just been answered which are re-checks.

    The first task goes back to its township, unless it has been returned or answered otherwise since it was
    drawn. Whoever calls holds both tasks.
    """
    samples = await repository.samples_of(tx, verified)
    if not samples:
        return
    answers = await verification.latest_answers(tx, [sample["recheck_task_id"] for sample in samples])
    judged = [_judged(sample, answers[sample["recheck_task_id"]]["outcome"]) for sample in samples]
    await repository.judge(tx, judged)
    for each in judged:
        await audit.record(
            tx, "recheck.judged", f"task/{each['recheck_task_id']}", {"agreed": each["agreed"]}
        )
    disagreed = {each["task_id"]: each for each in judged if not each["agreed"]}
    states = await repository.answered_so(
        tx, {task_id: each["first_outcome"] for task_id, each in disagreed.items()}
    )
    for task_id, state in states.items():
        if "returned" in TRANSITIONS[state]:
            await return_task(tx, task_id, _reason(disagreed[task_id]), IfMatch("*"))


def _judged(sample: Mapping[Any, Any], outcome: str) -> dict[str, Any]:
    return {**sample, "outcome": outcome, "agreed": outcome == sample["first_outcome"]}


def _reason(judged: Mapping[str, Any]) -> str:
    first, again = OUTCOME.word(judged["first_outcome"]), OUTCOME.word(judged["outcome"])
    return f"抽查复核与首次核查结果不一致：首次为“{first}”，复核为“{again}”，请重新核查"
