"""What a list says that is filed already: its rows name the problem, or say the same."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.warning_api.rectification import repository
from services.warning_api.rectification.schemas import ProblemIn
from shared.db import Transaction
from shared.sealing.texts import open_texts
from shared.tables.columns import plain_word


class Said(NamedTuple):
    """Problems that are the same in this are one; ``description`` as a word for comparing."""

    source: str
    source_name: str
    found_on: date
    region_code: str
    org_code: str | None
    household_id: UUID | None
    description: str


#: What can be compared without opening what is sealed.
_WRITTEN_OUT = Said._fields[:-1]


def said(tx: Transaction, problem: ProblemIn) -> Said:
    return Said(
        problem.source,
        problem.source_name,
        problem.found_on,
        problem.region_code or tx.county,
        problem.org_code,
        problem.household_id,
        plain_word(problem.description),
    )


async def named(tx: Transaction, items: Sequence[Any]) -> list[UUID | None]:
    """The problem of the county that each item names by its ``id``, whatever has become of it."""
    ids = [_number(item) for item in items]
    known = await repository.known(tx, [id_ for id_ in ids if id_ is not None])
    return [id_ if id_ in known else None for id_ in ids]


def _number(item: Any) -> UUID | None:
    """An inspection may have numbers of its own, which are no UUIDs."""
    try:
        return UUID(item["id"])
    except (TypeError, KeyError, ValueError, AttributeError):
        return None


async def standing(tx: Transaction, problems: Iterable[ProblemIn]) -> dict[Said, UUID]:
    """The problems that say what one of these says and were not withdrawn; of several the first."""
    wanted = {said(tx, problem) for problem in problems}
    rows = await repository.like(tx, {each[:-1] for each in wanted})
    texts = await open_texts(tx, "problem", "sealed", [(row["id"], row["sealed"]) for row in rows])
    found: dict[Said, UUID] = {}
    for row, text in zip(rows, texts, strict=True):
        key = {**{name: row[name] for name in _WRITTEN_OUT}, "description": plain_word(text)}
        found.setdefault(Said(**key), row["id"])
    return found
