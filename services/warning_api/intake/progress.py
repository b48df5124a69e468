"""The state of a batch follows its warnings: ``filed → compared → dispatched → closed``."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db import Transaction
from shared.db.lines import array_of, lines

#: The owner's function: it counts all warnings of a batch, also those that this call does not see.
ADVANCE = "SELECT warning.advance_batches($1, $2, $3)"

# The sum of two counts by match result.
ADD_COMPARED = """
UPDATE batch b SET version = b.version + 1, closed = b.closed + $4, matches = (
    SELECT jsonb_object_agg(s.match, s.n) FROM (
        SELECT a.match, sum(a.n) AS n
        FROM (SELECT key, value::integer FROM jsonb_each_text(b.matches)
              UNION ALL SELECT * FROM unnest($5::text[], $6::integer[])) AS a (match, n)
        GROUP BY a.match) s)
WHERE b.county_code = $1 AND b.cycle = $2 AND b.id = $3"""

#: Released (or free to go) and still not compared. The oldest first.
OVERDUE = """
SELECT cycle, id FROM batch
WHERE county_code = :county AND state = 'filed' AND refused_at IS NULL
  AND (released_at IS NOT NULL OR NOT release_required) AND coalesce(released_at, filed_at) < :before
ORDER BY id LIMIT 100"""


async def overdue_batches(tx: Transaction, patience: timedelta) -> Sequence[RowMapping]:
    """The county's batches (``cycle``, ``id``) that have waited longer than ``patience`` for their comparison."""
    return await tx.rows(OVERDUE, {"county": tx.county, "before": tx.now - patience})


async def add_compared(
    tx: Transaction, cycle: str, batch: UUID, matches: Mapping[str, int], closed: int
) -> None:
    """Count warnings that have just been compared: how many by match result, how many of them are closed.

    The state of the batch stays: whoever compares its last warnings calls ``advance_batches``.
    """
    driver = await tx.driver()
    await driver.execute(ADD_COMPARED, tx.county, cycle, batch, closed, list(matches), list(matches.values()))


async def advance_batches(tx: Transaction, cycle: str, batches: Sequence[UUID]) -> None:
    """``filed → compared → dispatched → closed`` as far as the warnings of each have come, and its counts.

    What waits for a person (a candidate, a task without a region) does not hold back the others.
    """
    driver = await tx.driver()
    await driver.execute(ADVANCE, tx.county, cycle, list(batches))


async def advance_batches_of(tx: Transaction, cycle: str, warnings: Sequence[UUID]) -> None:
    """The same for the batches that hold these warnings."""
    driver = await tx.driver()
    rows = await driver.fetch(
        "SELECT DISTINCT batch_id FROM warning WHERE county_code = $1 AND cycle = $2"
        f" AND id = ANY ({array_of(3, 'uuid')})",
        tx.county,
        cycle,
        lines(warnings),
    )
    await advance_batches(tx, cycle, [row["batch_id"] for row in rows])
