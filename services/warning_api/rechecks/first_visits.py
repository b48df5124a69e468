"""What the answer to a re-check is held against: for those who take answers in."""

from collections.abc import Sequence
from uuid import UUID

from services.warning_api.rechecks import repository
from shared.db import Transaction


async def first_tasks(tx: Transaction, task_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The tasks that those of ``task_ids`` which are re-checks visit again, by re-check."""
    return {row["recheck_task_id"]: row["task_id"] for row in await repository.samples_of(tx, task_ids)}
