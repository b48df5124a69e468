"""Filing what no department has pushed: at any time, into the calendar month, by the same comparison
(policy.md, The loop: three ways in, one loop)."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.warning_api.cycles.rules import cycle_of
from services.warning_api.filing import staging
from services.warning_api.filing.duplicates import staged_before
from services.warning_api.intake import repository
from services.warning_api.intake.validation import ValidRecord
from shared import jobs
from shared.db import Transaction
from shared.db.identifiers import new_id

#: As many records as one call files: they are sealed and copied as one chunk.
MOST_RECORDS = 50_000


async def file_records(
    tx: Transaction, origin: str, batch_no: str, records: Sequence[tuple[int, ValidRecord]], rejected: int = 0
) -> tuple[dict[str, Any], set[int]]:
    """File records of an origin (``filing.rules``), given as (line, record), as a batch of their own; the batch, and
    the lines that were filed before in the month.

    The batch is compared by the worker like a department's. ``batch_no`` is new.
    """
    cycle, batch_id = cycle_of(tx.today), new_id()
    sealer = await tx.sealer()
    staged = await asyncio.to_thread(staging.staged, sealer, tx.county, records)
    stage = await staging.Stage.open(tx, cycle, batch_id, origin)
    await stage.file(staged)
    await stage.settle()
    await stage.write_counts()
    repeated = await staged_before(await tx.driver()) if stage.accepted < stage.staged else set()
    batch: dict[str, Any] = {
        "county_code": tx.county,
        "cycle": cycle,
        "id": batch_id,
        "org_code": origin,
        "batch_no": batch_no,
        "content_sha256": hashlib.sha256(batch_no.encode()).digest(),
        "received": stage.staged + rejected,
        "accepted": stage.accepted,
        "duplicate": stage.staged - stage.accepted,
        "rejected": rejected,
        "urgent_reason": None,
        "late": False,
        "state": "filed",
        "version": 1,
        "filed_by": str(tx.actor),
        "filed_at": tx.now,
        "release_required": False,
        "mapping_version": None,
    }
    await repository.add_batch(tx, batch)
    payload = {"county": tx.county, "cycle": cycle, "batch_id": batch_id}
    await jobs.enqueue(tx, "compare_batch", payload, only_one=True)
    return batch, repeated


async def batch_of(tx: Transaction, batch_id: UUID, origin: str) -> dict[str, Any] | None:
    """A batch of an origin as it is now."""
    found = await repository.batch(tx, batch_id)
    return dict(found) if found is not None and found["org_code"] == origin else None
