"""Re-checks in numbers, for rankings and bulletins."""

from collections.abc import Sequence
from typing import Any

from services.warning_api.rechecks import repository
from shared.db import Transaction


async def by_township(tx: Transaction, cycles: Sequence[str]) -> list[dict[str, Any]]:
    """Of the answers of these months that were drawn, by ``township_code``: ``sample``, ``done``, ``disagreed``,
    and of those that disagreed ``disagreed_task_ids`` (answered first) and ``recheck_task_ids``, in one order."""
    return [dict(row) for row in await repository.by_township(tx, cycles)]
