"""SQL of the statistics."""

from collections.abc import Sequence

from sqlalchemy.engine import RowMapping

from services.warning_api.dispatch.rules import TO_BE_VERIFIED
from shared.db import Transaction
from shared.db.narrowing import reach_condition

#: What the rows are by, as an expression over a warning ``w``.
KEYS = {
    "township": "CASE WHEN length(w.matched_region_code) >= 9 THEN left(w.matched_region_code, 9) ELSE '' END",
    "department": "w.org_code",
    "indicator": "w.indicator",
    "household_type": "coalesce(w.household_type, 'unregistered')",
}

COUNTS = """
SELECT {key} AS key, count(*)::int AS filed,
    count(*) FILTER (WHERE w.match IS NOT NULL)::int AS compared,
    count(*) FILTER (WHERE t.dispatched_at IS NOT NULL)::int AS dispatched,
    count(DISTINCT t.id) FILTER (WHERE t.dispatched_at IS NOT NULL)::int AS tasks,
    count(*) FILTER (WHERE t.received_at IS NOT NULL)::int AS received,
    count(*) FILTER (WHERE t.verified_at IS NOT NULL)::int AS verified,
    count(*) FILTER (WHERE w.outcome = 'risk_confirmed')::int AS risk_confirmed,
    count(*) FILTER (WHERE w.decided_on IS NOT NULL)::int AS fed_back,
    count(*) FILTER (WHERE w.state = 'closed')::int AS closed,
    count(*) FILTER (WHERE t.due_on < :today AND t.state = ANY (cast(:open as text[])))::int AS overdue,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM t.verified_at - t.dispatched_at) / 86400)
        FILTER (WHERE t.verified_at IS NOT NULL) AS median_days,
    avg(CASE WHEN (t.verified_at AT TIME ZONE 'Asia/Shanghai')::date <= t.due_on THEN 1.0 ELSE 0.0 END)
        FILTER (WHERE t.verified_at IS NOT NULL) AS on_time_share
FROM warning w
LEFT JOIN verification_task t ON t.county_code = w.county_code AND t.cycle = w.cycle AND t.id = w.task_id
WHERE w.cycle = :cycle AND {reach} AND (:org = '*' OR w.org_code = :org)
GROUP BY 1"""


async def loop_counts(tx: Transaction, cycle: str, by: str) -> Sequence[RowMapping]:
    reach, values = reach_condition(tx.reach, "w.matched_region_code")
    return await tx.rows(
        COUNTS.format(key=KEYS[by], reach=reach),
        {
            **values,
            "cycle": cycle,
            "org": tx.reach.org,
            "today": tx.today,
            "open": list(TO_BE_VERIFIED),
        },
    )


async def pushed_counts(tx: Transaction, cycle: str) -> Sequence[RowMapping]:
    """By department: what was sent, and what was rejected."""
    reach, values = reach_condition(tx.reach, "county_code")
    return await tx.rows(
        "SELECT org_code AS key, sum(received)::int AS pushed, sum(rejected)::int AS rejected FROM batch"
        f" WHERE cycle = :cycle AND {reach} AND (:org = '*' OR org_code = :org) GROUP BY 1",
        {**values, "cycle": cycle, "org": tx.reach.org},
    )
