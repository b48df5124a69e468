"""Taking in answers, each on its own."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from pydantic import ValidationError
from sqlalchemy.engine import RowMapping

from services.warning_api.cycles.service import departments
from services.warning_api.verification import repository
from services.warning_api.verification.rules import CountyRules, TaskFacts, Verdict, judge
from services.warning_api.verification.schemas import VerificationItem
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_ids
from shared.errors.validation import in_our_words
from shared.parameters import parameter
from shared.tables.columns import plain_word


async def verify(tx: Transaction, raw_items: Sequence[Any]) -> tuple[dict[str, Any], list[UUID]]:
    """Judge every item and keep those that can be taken; the verdicts, and the tasks that are verified now.

    An item that is refused does not hold up the others.
    """
    known = await departments(tx)
    parsed = [_parse(raw, {plain_word(name): code for code, name in known.items()}) for raw in raw_items]
    items = [item for item in parsed if isinstance(item, VerificationItem)]
    facts = await _facts(tx, [item.task_id for item in items])
    rules = CountyRules(
        tx.today,
        known,
        (await parameter(tx, "minimum_verifiers_confirmed")).value,
    )
    verdicts: list[Verdict] = []
    taken: dict[UUID, VerificationItem] = {}
    for item in parsed:
        if isinstance(item, Verdict):
            verdicts.append(item)
            continue
        if item.task_id in taken:
            verdict = Verdict()
            verdict.refuse("task_id", "repeated_task", "同一任务在本次提交中出现多次，只取第一次")
        else:
            verdict = judge(item, facts.get(item.task_id), rules)
            if verdict.status == "accepted":
                taken[item.task_id] = item
        verdicts.append(verdict)
    if taken:
        await _keep(tx, taken, facts)
    results = [
        {"task_id": _task_id(raw), "status": verdict.status, "errors": verdict.errors}
        for raw, verdict in zip(raw_items, verdicts, strict=True)
    ]
    good = sum(result["status"] in ("accepted", "unchanged") for result in results)
    return {"accepted": good, "rejected": len(results) - good, "items": results}, list(taken)


async def latest_answers(tx: Transaction, task_ids: Sequence[UUID]) -> Mapping[UUID, RowMapping]:
    """The last visit of each task, by task id."""
    return await repository.latest_answers(tx, task_ids)


async def address_for_registration(tx: Transaction, task_id: UUID) -> str | None:
    """The address that the last visit has told of somebody who is to be registered."""
    answer = (await _answers(tx, [task_id])).get(task_id)
    found: str | None = answer["address"] if answer else None
    return found


async def clues_of(tx: Transaction, task_ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """The warnings of tasks, as ``id, task_id, cycle, state, outcome``."""
    return await repository.warnings_of(tx, task_ids)


def _parse(raw: Any, department_codes: Mapping[str, str]) -> VerificationItem | Verdict:
    """The item, a department's name read as its code; or what is wrong with it."""
    try:
        item = VerificationItem.model_validate(raw)
    except ValidationError as error:
        verdict = Verdict()
        for found in error.errors():
            field = "/".join(str(part) for part in found["loc"]) or "item"
            verdict.refuse(field, *in_our_words(found))
        return verdict
    if item.needs_org is not None:
        item.needs_org = department_codes.get(plain_word(item.needs_org), item.needs_org)
    return item


def _task_id(raw: Any) -> str | None:
    value = raw.get("task_id") if isinstance(raw, dict) else None
    return None if value is None else str(value)


async def _facts(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, TaskFacts]:
    rows = await repository.lock_tasks(tx, ids)
    found = [row["id"] for row in rows]
    warnings: dict[UUID, set[UUID]] = defaultdict(set)
    for row in await repository.warnings_of(tx, found):
        warnings[row["task_id"]].add(row["id"])
    answers = await _answers(tx, found)
    return {row["id"]: TaskFacts(row, warnings[row["id"]], answers.get(row["id"])) for row in rows}


async def _answers(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """The last visit of each task, by task id, with ``verifiers`` and ``note``."""
    rows = await repository.latest_answers(tx, ids)
    opened = (await tx.sealer()).open_many(
        "verification", "sealed", tx.county, [(row["id"].bytes, row["sealed"]) for row in rows.values()]
    )
    return {
        task_id: {**row, **orjson.loads(text)}
        for (task_id, row), text in zip(rows.items(), opened, strict=True)
    }


async def _keep(tx: Transaction, taken: dict[UUID, VerificationItem], facts: dict[UUID, TaskFacts]) -> None:
    ids = new_ids(len(taken))
    texts = [
        orjson.dumps(
            {
                "verifiers": item.verifiers,
                "note": item.note or "",
                "address": item.registration.address if item.registration else None,
            }
        )
        for item in taken.values()
    ]
    sealed = (await tx.sealer()).seal_many(
        "verification",
        "sealed",
        tx.county,
        [(id_.bytes, text) for id_, text in zip(ids, texts, strict=True)],
    )
    visits = [
        {
            "cycle": facts[item.task_id].row["cycle"],
            "id": id_,
            "task_id": item.task_id,
            "region_code": facts[item.task_id].row["region_code"],
            "outcome": item.outcome,
            "visited_on": item.visited_on,
            "needs_org": item.needs_org,
            "clue_outcomes": orjson.dumps(
                {str(clue.warning_id): clue.outcome for clue in item.clues}
            ).decode(),
            "risk_types": orjson.dumps(item.risk_types).decode(),
            "per_capita_income": item.per_capita_income,
            "guarantees": None if item.guarantees is None else item.guarantees.model_dump_json(),
            "register_as": None if item.registration is None else item.registration.household_type,
            "sealed": blob,
        }
        for id_, item, blob in zip(ids, taken.values(), sealed, strict=True)
    ]
    await repository.add(tx, visits)
    for item in taken.values():
        await audit.record(tx, "task.verified", f"task/{item.task_id}", {"outcome": item.outcome})
