"""SQL of overdue steps."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.engine import RowMapping

from services.warning_api.dispatch.rules import TO_BE_VERIFIED
from services.warning_api.escalation.rules import OverdueFilter, higher
from services.warning_api.escalation.sources import INDEXED, SAME_SUBJECT, SOURCES
from shared.db import Transaction
from shared.db.narrowing import expect_many_rows, reach_condition
from shared.identifiers.regions import region_range

COLUMNS = "cycle, step, subject, due_on, level, region_code, org_code, task_id, warning_id, reached_at"

#: Runs of one county go one after another; a second one finds nothing left to tell.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('escalation'), hashtext(:county))"

RECORD = """
INSERT INTO overdue_step (county_code, {columns})
SELECT :county, s.cycle, :step, s.subject, s.due_on, l.level, s.region_code, s.org_code, s.task_id, s.warning_id, :now
FROM ({source}) s
CROSS JOIN unnest(cast(:levels AS text[]), cast(:offsets AS integer[])) AS l (level, days)
WHERE s.due_on <= :horizon AND s.due_on + l.days <= :today{indexed}
  AND NOT EXISTS (
    SELECT FROM overdue_step o WHERE o.county_code = :county AND o.cycle = s.cycle AND o.step = :step
      AND o.subject = s.subject AND o.due_on = s.due_on AND o.level = l.level)
LIMIT :limit
ON CONFLICT DO NOTHING
RETURNING {columns}"""

SETTLE = """
UPDATE overdue_step o SET settled_at = :now
WHERE o.county_code = :county AND o.settled_at IS NULL AND o.step = :step AND NOT EXISTS (
    SELECT FROM ({source}) s WHERE s.cycle = o.cycle AND {same} AND s.due_on = o.due_on)"""

STILL_OPEN = " OR ".join(
    f"(o.step = '{step}' AND EXISTS (SELECT FROM ({source}) s WHERE s.cycle = o.cycle AND {SAME_SUBJECT[step]}"
    " AND s.due_on = o.due_on))"
    for step, source in SOURCES.items()
)

#: Of a step that has gone up only the highest level.
HIGHEST = " AND ".join(
    f"NOT (o.level = '{level}' AND EXISTS (SELECT FROM overdue_step h WHERE h.county_code = o.county_code"
    " AND h.cycle = o.cycle AND h.step = o.step AND h.subject = o.subject AND h.due_on = o.due_on"
    f" AND h.level IN ({', '.join(repr(one) for one in above)})))"
    for level, above in higher().items()
    if above
)

OPEN = f"""
FROM overdue_step o
WHERE o.county_code = :county AND o.settled_at IS NULL AND ({STILL_OPEN})"""


async def take_turns(tx: Transaction) -> None:
    """Alone in the county, and over all of its steps."""
    await expect_many_rows(tx)
    await tx.execute(ONE_AT_A_TIME, {"county": tx.county})


async def settle(tx: Transaction, days: Mapping[str, int]) -> None:
    """Mark what is done, or due on another day by now."""
    for step, source in SOURCES.items():
        await tx.execute(
            SETTLE.format(source=source, same=SAME_SUBJECT[step]),
            {**_common(tx, days), "step": step, "now": tx.now},
        )


async def record(
    tx: Transaction,
    step: str,
    days: Mapping[str, int],
    reached: Mapping[str, int],
    horizon: date,
    limit: int,
) -> Sequence[RowMapping]:
    """Write the levels that the step has reached for the first time, ``limit`` at most. ``reached``: level to the
    first day on which it is, from the due day."""
    return await tx.rows(
        RECORD.format(
            columns=COLUMNS,
            source=SOURCES[step],
            indexed=" AND s.clock <= :horizon" if step in INDEXED else "",
        ),
        {
            **_common(tx, days),
            "step": step,
            "levels": list(reached),
            "offsets": list(reached.values()),
            "horizon": horizon,
            "today": tx.today,
            "now": tx.now,
            "limit": limit,
        },
    )


async def overdue(
    tx: Transaction,
    days: Mapping[str, int],
    wanted: OverdueFilter,
    after: tuple[date, Sequence[str | None]] | None,
    limit: int,
) -> Sequence[RowMapping]:
    """Steps that are open, the longest overdue first; ``after``: due day, step, subject, level of the last one seen."""
    reach, values = reach_condition(tx.reach, "o.region_code")
    conditions = [reach, "(:org = '*' OR o.org_code = :org)", "o.level = :level" if wanted.level else HIGHEST]
    if wanted.step is not None:
        conditions.append("o.step = :step")
    if wanted.region is not None:
        low, high = region_range(wanted.region)
        conditions.append("o.region_code >= :low AND o.region_code < :high")
        values |= {"low": low, "high": high}
    if wanted.org is not None:
        conditions.append("o.org_code = :wanted_org")
    if after is not None:
        conditions.append(
            "(o.due_on, o.step, o.subject, o.level) > (cast(:due_on AS date), :after_step, :subject, :after_level)"
        )
        due_on, (after_step, subject, after_level) = after
        values |= {
            "due_on": due_on,
            "after_step": after_step,
            "subject": subject,
            "after_level": after_level,
        }
    return await tx.rows(
        f"SELECT {', '.join('o.' + column.strip() for column in COLUMNS.split(','))} {OPEN}"
        f" AND {' AND '.join(conditions)} ORDER BY o.due_on, o.step, o.subject, o.level LIMIT :limit",
        {
            **_common(tx, days),
            **values,
            "org": tx.reach.org,
            "level": wanted.level,
            "step": wanted.step,
            "wanted_org": wanted.org,
            "limit": limit,
        },
    )


async def counts(tx: Transaction, days: Mapping[str, int]) -> Sequence[RowMapping]:
    """How many steps are open, by step, highest level, township and department."""
    reach, values = reach_condition(tx.reach, "o.region_code")
    return await tx.rows(
        "SELECT o.step, o.level, CASE WHEN length(o.region_code) >= 9 THEN left(o.region_code, 9) END AS township_code,"
        f" o.org_code, count(*)::int AS steps {OPEN} AND {reach} AND {HIGHEST} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
        {**_common(tx, days), **values},
    )


def _common(tx: Transaction, days: Mapping[str, int]) -> dict[str, Any]:
    return {"county": tx.county, "open": list(TO_BE_VERIFIED), **days}
