"""Taking in answers, each on its own."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping

from services.warning_api.counting import service as counting
from services.warning_api.cycles.service import departments
from services.warning_api.dispatch.rules import TO_BE_VERIFIED
from services.warning_api.rechecks.first_visits import first_tasks
from services.warning_api.verification import repository
from services.warning_api.verification.cited import Cited, attachments_refused
from services.warning_api.verification.keeping import Taken, taken
from services.warning_api.verification.parts import Part, Reading
from services.warning_api.verification.rules import CountyRules, TaskFacts, Verdict, judge
from services.warning_api.verification.schemas import VerificationItem
from services.warning_api.verification.sheet_items import carried_over, with_clues
from shared.db import Transaction
from shared.parameters import parameter, read_together
from shared.regions import regions_of
from shared.tables.columns import plain_word
from shared.tables.words import OUTCOME

PARAMETERS = (
    "departments",
    "minimum_verifiers_confirmed",
    "outcome_needs",
    "answer_correction_days",
    "review_feedback",
    "answer_days",
    "needs_department_days",
)

#: Who was there and what they saw: for those who answer for the household.
IN_THE_HOUSE = ("verifiers", "note", "risk_types", "per_capita_income", "guarantees", "attachments")

#: What a list has a column for, besides guarantees and clues.
SHOWN = (
    "outcome",
    "visited_on",
    "verifiers",
    "needs_org",
    "risk_types",
    "per_capita_income",
    "note",
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What one submission is read and judged by."""

    reading: Reading
    rules: CountyRules


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows of a part: what its items are, their tasks, which are held from then on, and what they
    point at."""

    parsed: Sequence[VerificationItem | Verdict]
    facts: Mapping[UUID, TaskFacts]
    pointed_at: Cited


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict of each item, and the visits that can be taken; nothing of them is written. ``said``: the tasks that
    have their answer with these items, also where it changes nothing."""

    results: list[dict[str, Any]]
    visits: Taken
    said: Collection[UUID]

    def answered(self, versions: Mapping[UUID, int]) -> list[dict[str, Any]]:
        """The verdicts; ``versions``: of the tasks, now that they are answered."""
        accepted = (result for result in self.results if result["status"] == "accepted")
        for result, task_id in zip(accepted, self.visits.items, strict=True):
            result["version"] = versions[task_id]
        return self.results


async def terms_of(tx: Transaction, *, sheet: bool = False, cycle: str | None = None) -> Terms:
    """``sheet``: what an item does not name, its table has no column for, so that it stays as it was answered; its
    clues are numbered. ``cycle``: rows of lists of another month are refused."""
    await read_together(tx, PARAMETERS)
    known = await departments(tx)
    codes = {plain_word(name): code for code, name in known.items()}
    reading = Reading(sheet, cycle, codes, await tx.sealer(), tx.reach, await regions_of(tx))
    return Terms(reading, await _rules(tx, known, cycle))


async def known_of(tx: Transaction, terms: Terms, part: Part, *, patiently: bool = True) -> Known:
    """What a part is judged by. Its tasks are held, and those that its re-checks visit again. Unless ``patiently``,
    raises ``asyncpg.LockNotAvailableError`` where somebody else holds one of them."""
    parsed = await _parsed(tx, terms, part)
    items = [item for item in parsed if isinstance(item, VerificationItem)]
    firsts = await first_tasks(tx, [item.task_id for item in items])
    keyed = len(part.keys) == len(items) and not firsts
    rows = await repository.lock_tasks(
        tx,
        [*(item.task_id for item in items), *firsts.values()],
        {key.cycle for key in part.keys.values()} if keyed else None,
        patiently=patiently,
    )
    return Known(parsed, await _facts(tx, items, rows), await _cited(tx, items, firsts))


async def _parsed(tx: Transaction, terms: Terms, part: Part) -> list[VerificationItem | Verdict]:
    """The items, also those that name clues by their numbers."""
    numbered = [place for place, item in enumerate(part.parsed) if item is None]
    named = iter(await with_clues(tx, [part.raw[place] for place in numbered]))
    return [
        terms.reading.item(next(named), part.keys.get(place)) if item is None else item
        for place, item in enumerate(part.parsed)
    ]


def judged(terms: Terms, part: Part, known: Known, before: Collection[UUID]) -> Judged:
    """Every item by itself: one that is refused does not hold up the others. ``before``: the tasks that earlier parts
    have said an answer of, so that of two rows the same one counts whenever the list is sent. What is taken is for
    ``keeping.kept``, and what that makes of the tasks, for feedback (``acceptance.take``)."""
    verdicts: list[Verdict] = []
    items: dict[UUID, VerificationItem] = {}
    said: set[UUID] = set()
    corrected: set[UUID] = set()
    for item in known.parsed:
        if isinstance(item, Verdict):
            verdicts.append(item)
            continue
        task = known.facts.get(item.task_id)
        if task is not None:
            # The driver's own kind of UUID, which is hashed without Python.
            item.task_id = task.row["id"]
        if item.task_id in said or item.task_id in before:
            verdict = Verdict()
            verdict.refuse("task_id", "repeated_task", "同一任务在本次提交中出现多次，只取第一次")
        else:
            if terms.reading.sheet and task is not None and task.answer is not None:
                item = carried_over(item, task.answer)
            verdict = judge(item, task, terms.rules)
            known.pointed_at.judge(item, verdict)
            if verdict.status in ("accepted", "unchanged"):
                said.add(item.task_id)
            if verdict.status == "accepted":
                items[item.task_id] = item
                if verdict.corrects:
                    corrected.add(item.task_id)
        verdicts.append(verdict)
    results = [_result(raw, verdict) for raw, verdict in zip(part.raw, verdicts, strict=True)]
    return Judged(results, taken(items, known.facts, corrected), said)


async def take_off_counts(tx: Transaction, known: Known) -> None:
    """Of those that wait for an answer: nearly all of them get one now."""
    by_cycle: dict[str, list[UUID]] = defaultdict(list)
    for task_id, task in known.facts.items():
        if task.row["state"] in TO_BE_VERIFIED:
            by_cycle[task.row["cycle"]].append(task_id)
    for cycle, ids in by_cycle.items():
        await counting.touch(tx, cycle, tasks=ids)


async def latest_answers(tx: Transaction, task_ids: Sequence[UUID]) -> Mapping[UUID, RowMapping]:
    """The last visit of each task, by task id."""
    return await repository.latest_answers(tx, task_ids)


async def opened_answers(tx: Transaction, task_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """The same with ``verifiers``, ``note`` and ``address``."""
    rows = await repository.latest_answers(tx, task_ids)
    opened = await _opened(tx, list(rows.values()))
    return dict(zip(rows, opened, strict=True))


async def answers_shown(tx: Transaction, task_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """What was answered last of each task, by the names of the list's columns."""
    answers = await opened_answers(tx, task_ids)
    differing = [task_id for task_id, answer in answers.items() if answer["clue_outcomes"]]
    numbers: dict[UUID, list[str]] = defaultdict(list)
    for row in await repository.warnings_of(tx, differing) if differing else ():
        numbers[row["task_id"]].append(str(row["id"]))
    return {
        task_id: {
            **{name: answer[name] for name in SHOWN},
            **(answer["guarantees"] or {}),
            "clue_outcomes": [
                f"{number}{OUTCOME.word(answer['clue_outcomes'][warning])}"
                for number, warning in enumerate(numbers[task_id], 1)
                if warning in answer["clue_outcomes"]
            ],
        }
        for task_id, answer in answers.items()
    }


async def address_for_registration(tx: Transaction, task_id: UUID) -> str | None:
    """The address that the last visit has told of somebody who is to be registered."""
    answer = (await opened_answers(tx, [task_id])).get(task_id)
    found: str | None = answer["address"] if answer else None
    return found


async def clues_of(
    tx: Transaction, task_ids: Sequence[UUID], cycles: Collection[str] | None = None
) -> Sequence[Any]:
    """The warnings of tasks, as ``id, task_id, cycle, org_code, state, outcome``. ``cycles``: the only months that
    they can be of, where that is known."""
    return await repository.warnings_of(tx, task_ids, cycles)


async def visits(tx: Transaction, task_id: UUID, *, in_full: bool) -> list[dict[str, Any]]:
    """Every visit of a task in reach, the first one first; what it found in the house only ``in_full``."""
    found = []
    for answer in await _opened(tx, await repository.visits_of(tx, task_id)):
        clues = answer["clue_outcomes"].items()
        visit = {**answer, "clues": [{"warning_id": id_, "outcome": outcome} for id_, outcome in clues]}
        found.append(visit if in_full else visit | dict.fromkeys(IN_THE_HOUSE))
    return found


async def _rules(tx: Transaction, known: Mapping[str, str], cycle: str | None) -> CountyRules:
    return CountyRules(
        tx.today,
        known,
        (await parameter(tx, "minimum_verifiers_confirmed")).value,
        (await parameter(tx, "outcome_needs")).value,
        (await parameter(tx, "answer_correction_days")).value,
        str(tx.actor),
        cycle,
    )


def _result(raw: Any, verdict: Verdict) -> dict[str, Any]:
    task_id = raw.get("task_id") if isinstance(raw, dict) else None
    return {
        "task_id": None if task_id is None else str(task_id),
        "status": verdict.status,
        "errors": verdict.errors,
        "version": None,
        "answer": verdict.standing
        and {name: verdict.standing[name] for name in ("outcome", "visited_on", "verified_at")},
    }


async def _cited(tx: Transaction, items: Sequence[VerificationItem], firsts: Mapping[UUID, UUID]) -> Cited:
    """``firsts``: the tasks that re-checks check. Who was on any visit of them, also one that was corrected since, does
    not check it."""
    visitors = {}
    for task_id, first in firsts.items():
        visits = await _opened(tx, await repository.visits_of(tx, first))
        visitors[task_id] = list(dict.fromkeys(name for visit in visits for name in visit["verifiers"]))
    return Cited(await attachments_refused(tx, items), visitors)


async def _facts(
    tx: Transaction, items: Sequence[VerificationItem], rows: Sequence[Any]
) -> dict[UUID, TaskFacts]:
    facts = {row["id"]: TaskFacts(row, ()) for row in rows}
    of_each = {item.task_id for item in items if item.clues} & facts.keys()
    if any((await parameter(tx, "outcome_needs")).value.values()):
        of_each = set(facts)
    if of_each:
        warnings: dict[UUID, list[UUID]] = defaultdict(list)
        for row in await repository.warnings_of(tx, list(of_each)):
            warnings[row["task_id"]].append(row["id"])
        facts |= {id_: replace(facts[id_], warnings=warnings[id_]) for id_ in of_each}
    answered = [row["id"] for row in rows if row["state"] not in TO_BE_VERIFIED]
    receipts = await repository.last_receipts(tx, answered)
    for id_, answer in (await opened_answers(tx, answered) if answered else {}).items():
        verified_at = facts[id_].row["verified_at"]
        since = id_ in receipts and verified_at is not None and receipts[id_] >= verified_at
        facts[id_] = replace(facts[id_], answer=answer, receipt=since)
    return facts


async def _opened(tx: Transaction, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    opened = (await tx.sealer()).open_many(
        "verification", "sealed", tx.county, [(row["id"].bytes, row["sealed"]) for row in rows]
    )
    return [{**row, "attachments": [], **orjson.loads(text)} for row, text in zip(rows, opened, strict=True)]
