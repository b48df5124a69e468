"""The state of a batch follows its warnings: ``filed → compared → dispatched → closed``."""

from collections.abc import Sequence
from uuid import UUID

from shared.db import Transaction

ADVANCE = """
UPDATE batch b SET state = CASE
    WHEN s.uncompared > 0 THEN 'filed'
    WHEN s.waiting > 0 THEN 'compared'
    WHEN s.open > 0 THEN 'dispatched'
    ELSE 'closed' END
FROM (SELECT i.id, count(w.id) AS open,
             count(w.id) FILTER (WHERE w.state = 'filed' AND w.match IS NULL) AS uncompared,
             count(w.id) FILTER (WHERE w.state = 'compared' AND length(w.matched_region_code) > 6) AS waiting
      FROM unnest($3::uuid[]) AS i (id)
      LEFT JOIN warning w ON w.county_code = $1 AND w.cycle = $2 AND w.batch_id = i.id AND w.state <> 'closed'
      GROUP BY i.id) s
WHERE b.county_code = $1 AND b.cycle = $2 AND b.id = s.id"""


async def advance_batches(tx: Transaction, cycle: str, batches: Sequence[UUID]) -> None:
    """``filed → compared → dispatched → closed`` as far as the warnings of each have come.

    What waits for a person (a candidate, a task without a region) does not hold back the others.
    """
    driver = await tx.driver()
    await driver.execute(ADVANCE, tx.county, cycle, list(batches))


async def advance_batches_of(tx: Transaction, cycle: str, warnings: Sequence[UUID]) -> None:
    """The same for the batches that hold these warnings."""
    driver = await tx.driver()
    rows = await driver.fetch(
        "SELECT DISTINCT batch_id FROM warning WHERE county_code = $1 AND cycle = $2 AND id = ANY ($3::uuid[])",
        tx.county,
        cycle,
        list(warnings),
    )
    await advance_batches(tx, cycle, [row["batch_id"] for row in rows])
