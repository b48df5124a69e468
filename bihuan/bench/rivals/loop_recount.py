"""The loop statistics as one statement over the month's warnings and tasks, on one connection of the owner: no
policies, no HTTP, no small cells, no names."""

import time
from typing import Final

import asyncpg

KEYS: Final = {
    "township": "left(w.matched_region_code, 9)",
    "department": "w.org_code",
    "indicator": "w.indicator",
    "household_type": "coalesce(w.household_type, 'unregistered')",
}

RECOUNT: Final = """
SELECT {key} AS key, count(*) AS filed,
    count(*) FILTER (WHERE w.match IS NOT NULL) AS compared,
    count(*) FILTER (WHERE t.dispatched_at IS NOT NULL) AS dispatched,
    count(*) FILTER (WHERE t.received_at IS NOT NULL) AS received,
    count(*) FILTER (WHERE t.verified_at IS NOT NULL) AS verified,
    count(*) FILTER (WHERE w.outcome = 'risk_confirmed') AS risk_confirmed,
    count(*) FILTER (WHERE w.decided_on IS NOT NULL) AS fed_back,
    count(*) FILTER (WHERE w.state = 'closed') AS closed,
    count(*) FILTER (WHERE t.due_on < $3 AND t.state IN ('pending', 'received', 'returned')) AS overdue,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM t.verified_at - t.dispatched_at) / 86400)
        FILTER (WHERE t.verified_at IS NOT NULL) AS median_days,
    avg(CASE WHEN (t.verified_at AT TIME ZONE 'Asia/Shanghai')::date <= t.due_on THEN 1.0 ELSE 0.0 END)
        FILTER (WHERE t.verified_at IS NOT NULL) AS on_time_share
FROM warning.warning w
LEFT JOIN warning.verification_task t ON t.county_code = w.county_code AND t.cycle = w.cycle AND t.id = w.task_id
WHERE w.county_code = $1 AND w.cycle = $2
GROUP BY 1"""


async def recount_seconds(owner_url: str, county: str, cycle: str) -> tuple[float, dict[str, int]]:
    """Seconds for every grouping, and how many warnings were filed, closed and late in each."""
    owner = await asyncpg.connect(owner_url)
    try:
        today = await owner.fetchval(
            "SELECT max(due_on) FROM warning.verification_task WHERE cycle = $1", cycle
        )
        started = time.perf_counter()
        rows = [
            row
            for key in KEYS.values()
            for row in await owner.fetch(RECOUNT.format(key=key), county, cycle, today)
        ]
        seconds = time.perf_counter() - started
    finally:
        await owner.close()
    return seconds, {
        name: sum(row[name] for row in rows) for name in ("filed", "verified", "fed_back", "closed")
    }
