"""The department head's release of a batch, where the county requires it (policy.md, The loop, 2: 负责人签发)."""

from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.filing.corrections import withdraw_batch
from services.warning_api.intake import repository
from services.warning_api.intake.errors import NotAwaitingRelease, SamePerson
from services.warning_api.intake.preparation import CHUNK
from services.warning_api.intake.progress import advance_batches
from services.warning_api.intake.service import batch_progress
from shared import audit, jobs
from shared.db import Transaction
from shared.errors import NotFound
from shared.runtime.preconditions import IfMatch


async def release(tx: Transaction, batch_id: UUID, expected: IfMatch) -> dict[str, Any]:
    """Let a batch go on to comparison. Raises ``NotFound``, 428 or 412, ``NotAwaitingRelease``, ``SamePerson``."""
    batch = await _awaiting(tx, batch_id, expected, lock=True)
    await repository.decide_release(tx, batch["cycle"], batch_id, "released")
    payload = {"county": tx.county, "cycle": batch["cycle"], "batch_id": batch_id}
    await jobs.enqueue(tx, "compare_batch", payload, only_one=True)
    await audit.record(tx, "batch.released", f"batch/{batch_id}")
    return await batch_progress(tx, batch_id)


async def refuse(tx: Transaction, batch_id: UUID, reason: str, expected: IfMatch) -> dict[str, Any]:
    """Let a batch end here: every warning is withdrawn with the reason, and may be filed anew in another batch.

    Raises as ``release``.
    """
    batch = await _awaiting(tx, batch_id, expected, lock=False)
    cycle = batch["cycle"]
    withdrawn = await withdraw_batch(tx, cycle, batch["org_code"], batch_id, reason, CHUNK)
    # Warnings are locked before their batch, as everywhere; somebody else may have decided meanwhile.
    await _awaiting(tx, batch_id, expected, lock=True)
    await repository.decide_release(tx, cycle, batch_id, "refused")
    await advance_batches(tx, cycle, [batch_id])
    await audit.record(tx, "batch.refused", f"batch/{batch_id}", {"withdrawn": withdrawn})
    return await batch_progress(tx, batch_id)


async def _awaiting(tx: Transaction, batch_id: UUID, expected: IfMatch, *, lock: bool) -> RowMapping:
    """The batch, if the caller may decide on it: who filed it cannot check it."""
    batch = await repository.batch(tx, batch_id, lock=lock)
    if batch is None:
        raise NotFound()
    expected.check(batch["version"])
    if batch["released"] or batch["refused_at"] is not None:
        raise NotAwaitingRelease()
    if batch["filed_by"] == str(tx.actor):
        raise SamePerson()
    return batch
