"""What attachments can belong to, and who may see each."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shared.db import Transaction
from shared.db.narrowing import reach_condition


@dataclass(frozen=True, slots=True)
class Place:
    """Where an owner stands. ``org_code``: the department that sees it too; ``cycle``: None for this month."""

    region_code: str
    org_code: str | None = None
    cycle: str | None = None


#: Where an owner of that id stands; None for one that the call does not reach.
Lookup = Callable[[Transaction, UUID], Awaitable[Place | None]]


async def _task(tx: Transaction, task_id: UUID) -> Place | None:
    """Dispatched tasks, for those who visit them or answer for them: never a department's call."""
    if "department" in tx.roles:
        return None
    condition, parameters = reach_condition(tx.reach, "region_code")
    row = await tx.row(
        "SELECT cycle, region_code FROM verification_task WHERE county_code = :county AND id = :id"
        f" AND dispatched_at IS NOT NULL AND {condition}",
        {"county": tx.county, "id": task_id, **parameters},
    )
    return None if row is None else Place(row["region_code"], None, row["cycle"])


OWNERS: Final[dict[str, Lookup]] = {"task": _task}


def register(kind: str, lookup: Lookup) -> None:
    """Let attachments belong to ``kind`` as well: called by the domain that has it, when it is loaded."""
    OWNERS[kind] = lookup
