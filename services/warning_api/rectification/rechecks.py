"""Sampled re-checks of accepted problems: seeded, by another person, failures open the problem again."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping

from services.warning_api.rectification import course, recheck_repository, repository
from services.warning_api.rectification.errors import (
    AlreadyRechecked,
    NothingToRecheck,
    RecheckNotFound,
    SamePerson,
    TextRequired,
)
from services.warning_api.rectification.schemas import RecheckIn, ResultIn, StepIn
from services.warning_api.sampling import draw, new_seed
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import FieldError
from shared.pagination.cursors import Paging, page
from shared.runtime.preconditions import IfMatch
from shared.sealing.texts import open_texts, seal

#: What a stratum is named by, of a problem's row.
_KEYS: Final = {"township": "township_code", "department": "org_code", "source": "source"}


async def draw_sample(tx: Transaction, wanted: RecheckIn) -> UUID:
    """Draw accepted problems that were not re-checked since they were accepted. Raises ``NothingToRecheck``."""
    await recheck_repository.one_at_a_time(tx)
    rows = await recheck_repository.accepted(tx, wanted.source)
    if not rows:
        raise NothingToRecheck()
    by_id = {str(row["id"]): row for row in rows}
    strata: dict[str, list[str]] = defaultdict(list)
    for id_, row in by_id.items():
        strata["|".join(row[_KEYS[key]] or "" for key in wanted.strata)].append(id_)
    seed = new_seed()
    chosen = draw(strata, seed, size=wanted.size, share=wanted.share)
    recheck_id = new_id()
    asked = wanted.model_dump(mode="json", include={"size", "share", "source"}, exclude_none=True)
    drawn = {
        stratum: {"held": len(strata[stratum]), "drawn": len(ids)} for stratum, ids in sorted(chosen.items())
    }
    await recheck_repository.add(
        tx,
        {
            "id": recheck_id,
            "region": tx.county,
            "seed": seed,
            "asked": orjson.dumps(asked).decode(),
            "strata": wanted.strata,
            "drawn": orjson.dumps(drawn).decode(),
        },
        [
            {
                "problem": by_id[id_]["id"],
                "region": by_id[id_]["region_code"],
                "org": by_id[id_]["org_code"],
                "stratum": stratum,
                "position": position,
            }
            for stratum, ids in chosen.items()
            for position, id_ in enumerate(ids, 1)
        ],
    )
    await audit.record(tx, "problem_recheck.drawn", f"problem_recheck/{recheck_id}", {"seed": seed})
    return recheck_id


async def list_rechecks(tx: Transaction, paging: Paging) -> dict[str, Any]:
    rows = await recheck_repository.rechecks(tx, paging.after_id(), paging.limit + 1)
    return page([dict(row) for row in rows], paging, lambda row: [row["id"]])


async def describe(tx: Transaction, recheck_id: UUID) -> dict[str, Any]:
    """A re-check with its items, as ``schemas.RecheckInFull``. Raises ``RecheckNotFound``."""
    row = await recheck_repository.recheck(tx, recheck_id)
    if row is None:
        raise RecheckNotFound()
    items = await recheck_repository.items(tx, recheck_id)
    texts = await open_texts(
        tx, "problem_recheck_item", "sealed", [(item["problem_id"], item["sealed"]) for item in items]
    )
    return {**row, "items": [{**item, "text": text} for item, text in zip(items, texts, strict=True)]}


async def judge(
    tx: Transaction, recheck_id: UUID, problem_id: UUID, wanted: ResultIn, expected: IfMatch
) -> None:
    """What the re-check of one problem found; If-Match is the problem's. A failed one is to be rectified again.

    Raises ``RecheckNotFound``, ``AlreadyRechecked``, ``TextRequired``, ``SamePerson``.
    """
    item = await recheck_repository.item(tx, recheck_id, problem_id)
    if item is None:
        raise RecheckNotFound()
    problem = await course.held(tx, problem_id, expected)
    if item["result"] is not None:
        raise AlreadyRechecked()
    if wanted.result == "failed" and not wanted.text:
        raise TextRequired(errors=[FieldError("/text", "missing", "请写明复查发现的情况")])
    parts = await repository.parts(tx, [problem_id])
    _check_person(tx, parts)
    sealed = await seal(tx, "problem_recheck_item", "sealed", problem_id, wanted.text)
    await recheck_repository.judge(tx, recheck_id, problem_id, wanted.result, sealed)
    await audit.record(
        tx, f"problem_recheck.{wanted.result}", f"problem/{problem_id}", {"recheck": recheck_id}
    )
    accepted = [part for part in parts if part["state"] == "accepted"]
    if wanted.result == "failed" and accepted:
        step = StepIn(to="returned", text=wanted.text, attachments=[])
        await course.take(tx, problem, accepted, step)


def _check_person(tx: Transaction, parts: Sequence[RowMapping]) -> None:
    if any(str(tx.actor) in (part["rectified_by"], part["accepted_by"]) for part in parts):
        raise SamePerson("整改或销号的人不能复查该问题", "Who rectified or accepted it cannot re-check it")
