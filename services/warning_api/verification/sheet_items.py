"""Items of a filled list in the form that the others have: clues by their ids, nothing left out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.warning_api.verification import repository
from services.warning_api.verification.schemas import (
    NO_SUCH_CLUE,
    ClueOutcome,
    Guarantees,
    Registration,
    VerificationItem,
)
from shared.db import Transaction


async def with_clues(tx: Transaction, raw_items: Sequence[Any]) -> list[Any]:
    """Items of a sheet with the clues that their numbers stand for; the numbers stay where there is no such clue,
    so that the item is refused for them."""
    numbered = {}
    for raw in raw_items:
        try:
            if raw.get("clues"):
                numbered[UUID(str(raw.get("task_id")))] = raw
        except ValueError:
            continue
    if not numbered:
        return list(raw_items)
    clues: dict[UUID, list[UUID]] = defaultdict(list)
    for row in await repository.warnings_of(tx, list(numbered)):
        clues[row["task_id"]].append(row["id"])
    named = {id(raw): _named(raw["clues"], clues[task]) for task, raw in numbered.items()}
    return [{**raw, "clues": named[id(raw)]} if id(raw) in named else raw for raw in raw_items]


def _named(numbered: Any, clues: Sequence[UUID]) -> Any:
    if isinstance(numbered, str) or any(not 0 < number <= len(clues) for number, _ in numbered):
        return NO_SUCH_CLUE
    return [{"warning_id": str(clues[number - 1]), "outcome": outcome} for number, outcome in numbered]


def carried_over(item: VerificationItem, answer: Mapping[str, Any]) -> VerificationItem:
    """An item of a sheet with what was answered of all that the sheet has no column for."""
    standing = {
        "needs_org": answer["needs_org"],
        "clues": [
            ClueOutcome(warning_id=UUID(warning), outcome=outcome)
            for warning, outcome in answer["clue_outcomes"].items()
        ],
        "risk_types": answer["risk_types"],
        "per_capita_income": answer["per_capita_income"],
        "guarantees": answer["guarantees"] and Guarantees(**answer["guarantees"]),
        "note": answer["note"] or None,
        "attachments": [UUID(id_) for id_ in answer["attachments"]],
        "registration": answer["register_as"]
        and Registration(household_type=answer["register_as"], address=answer["address"]),
    }
    kept = {name: value for name, value in standing.items() if name not in item.model_fields_set}
    return item.model_copy(update=kept)
