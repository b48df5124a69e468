"""What a corrected or withdrawn clue does to its task (policy.md, The loop, 4)."""

from typing import Any
from uuid import UUID

from services.warning_api.counting import service as counting
from services.warning_api.dispatch.changes import changed
from services.warning_api.dispatch.rules import TO_BE_VERIFIED
from services.warning_api.dispatch.service import tell_townships
from shared.db import Transaction

LOCK = """
SELECT state FROM verification_task WHERE county_code = :county AND cycle = :cycle AND id = :task FOR UPDATE"""

# The owner's function: a department does not see the other departments' warnings of a task.
HAS_OPEN_CLUES = "SELECT count(*) > 0 FROM warning.open_tasks($1, $2, ARRAY[$3]::uuid[])"

CHANGE = f"""
UPDATE verification_task SET {changed("$4", content=True)},
    state = CASE WHEN $5 THEN 'closed' ELSE state END, closed_at = CASE WHEN $5 THEN $4 ELSE closed_at END
WHERE county_code = $1 AND cycle = $2 AND id = $3
RETURNING id, version, township_code, region_code, due_on, dispatched_at"""


async def lock_task(tx: Transaction, cycle: str, task: UUID) -> str:
    """Hold a task; its state."""
    state: str = await tx.scalar(LOCK, {"county": tx.county, "cycle": cycle, "task": task})
    return state


async def clue_changed(tx: Transaction, cycle: str, task: UUID) -> int:
    """Raise the version of a task whose clue has changed and tell its township, while there is something to do;
    a task that is left without an open clue closes. The version as it is then."""
    driver = await tx.driver()
    to_be_verified = await lock_task(tx, cycle, task) in TO_BE_VERIFIED
    await counting.touch(tx, cycle, tasks=[task])
    closes = to_be_verified and not await driver.fetchval(HAS_OPEN_CLUES, tx.county, cycle, task)
    changed: Any = await driver.fetchrow(CHANGE, tx.county, cycle, task, tx.now, closes)
    if to_be_verified:
        await tell_townships(tx, cycle, [changed])
    return int(changed["version"])
