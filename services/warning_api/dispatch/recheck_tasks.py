"""Tasks that ask again what was answered: of origin ``recheck``, without clues (policy.md, The loop, 8)."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from services.warning_api.counting import service as counting
from services.warning_api.dispatch import repository
from services.warning_api.dispatch.service import tell_townships
from shared.db import Transaction
from shared.db.identifiers import new_row_ids
from shared.parameters import parameter

RECHECK = "recheck"


async def make_recheck_tasks(tx: Transaction, cycle: str, first_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """A follow-up for each of these answered tasks, dispatched at once; ``{first task: its re-check}``.

    Callers hold the lock of the month (month.py).
    """
    firsts = await repository.answered_tasks(tx, cycle, first_ids)
    latest = await repository.latest_tasks(tx, cycle, [row["subject_key"] for row in firsts])
    sealer = await tx.sealer()
    ids = new_row_ids(len(firsts))
    subjects = sealer.open_many(
        "verification_task", "sealed", tx.county, [(row["id"].bytes, row["sealed"]) for row in firsts]
    )
    sealed = sealer.seal_many(
        "verification_task",
        "sealed",
        tx.county,
        [(id_.bytes, subject) for id_, subject in zip(ids, subjects, strict=True)],
    )
    due_on = tx.today + timedelta(days=(await parameter(tx, "verification_days")).value)
    tasks = [
        {
            **row,
            "id": id_,
            "follow_up": latest[row["subject_key"]]["follow_up"] + 1,
            "sealed": blob,
            "origins": RECHECK,
            "urgent": False,
            "dispatched_at": tx.now,
            "due_on": due_on,
            "version": 1,
        }
        for row, id_, blob in zip(firsts, ids, sealed, strict=True)
    ]
    await repository.add_tasks(tx, cycle, tasks)
    await counting.made(tx, cycle, tasks=ids)
    await tell_townships(tx, cycle, tasks)
    return {row["id"]: id_ for row, id_ in zip(firsts, ids, strict=True)}
