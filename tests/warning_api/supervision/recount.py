"""The loop counted anew in plain Python from its rows: what the statistics must say, written without them."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

ROWS = """
SELECT w.cycle, w.org_code, w.indicator, w.household_type, w.matched_region_code AS region, w.state, w.match, w.outcome,
       w.decided_on, w.answer_due_on, w.withdrawn_at, t.state AS task_state, t.dispatched_at, t.received_at,
       t.verified_at, t.due_on
FROM warning.warning w LEFT JOIN warning.verification_task t
    ON (t.county_code, t.cycle, t.id) = (w.county_code, w.cycle, w.task_id)"""
TASKS = """
SELECT cycle, region_code AS region, household_type, state, dispatched_at, verified_at, due_on
FROM warning.verification_task"""

OPEN = {"pending", "received", "returned"}
OUTCOMES = (
    "risk_confirmed",
    "needs_department",
    "no_risk",
    "already_covered",
    "not_found",
    "moved",
    "deceased",
)
RISKS = {"YB01": "illness", "YB02": "illness", "ZJ01": "unsafe_housing"}

Row = Mapping[str, Any]

KEYS: dict[str, Callable[[Row], str]] = {
    "township": lambda row: row["region"][:9] if len(row["region"]) >= 9 else "",
    "village": lambda row: row["region"] if len(row["region"]) >= 9 else "",
    "department": lambda row: row["org_code"],
    "indicator": lambda row: row["indicator"],
    "risk_type": lambda row: RISKS[row["indicator"]],
    "household_type": lambda row: row["household_type"] or "unregistered",
    "month": lambda row: row["cycle"],
}


async def rows_of(connection: asyncpg.Connection) -> tuple[list[Row], list[Row]]:
    return await connection.fetch(ROWS), await connection.fetch(TASKS)


def rounded_down(days: float) -> float:
    if days < 3:
        return math.floor(days * 4) / 4
    if days < 10:
        return math.floor(days * 2) / 2
    return float(min(math.floor(days), 20))


def recount(
    rows: list[Row], tasks: list[Row], by: str, today: date, kept: Callable[[Row], bool] = lambda row: True
) -> dict[str, dict[str, Any]]:
    """``{key: counts}`` of the warnings that are ``kept``, and of the tasks where these stand in one row."""
    found: dict[str, dict[str, Any]] = defaultdict(lambda: defaultdict(int))
    took = defaultdict(list)
    for row in rows:
        if not kept(row):
            continue
        key = KEYS[by](row)
        counts = found[key]
        is_open = row["task_state"] in OPEN
        counts["filed"] += 1
        counts["compared"] += row["match"] is not None
        counts["dispatched"] += row["dispatched_at"] is not None
        counts["received"] += row["received_at"] is not None
        counts["fed_back"] += row["decided_on"] is not None
        counts["closed"] += row["state"] == "closed"
        counts["withdrawn"] += row["withdrawn_at"] is not None
        counts["overdue"] += row["state"] != "closed" and is_open and row["due_on"] < today
        counts["answer_overdue"] += row["state"] == "fed_back" and row["answer_due_on"] < today
        for outcome in OUTCOMES:
            counts[outcome] += row["outcome"] == outcome
        if row["verified_at"] is not None:
            counts["verified"] += 1
            took[key].append((row["verified_at"] - row["dispatched_at"]).total_seconds() / 86400)
            counts["on_time"] += (
                row["verified_at"].astimezone(ZoneInfo("Asia/Shanghai")).date() <= row["due_on"]
            )
    for key, days in took.items():
        found[key]["median_days"] = round(median(map(rounded_down, days)), 2)
        found[key]["on_time_share"] = round(found[key]["on_time"] / len(days), 4)
    if by in ("township", "village", "household_type", "month"):
        for task in tasks:
            if not kept(task):
                continue
            counts = found[KEYS[by](task)]
            counts["tasks"] += task["dispatched_at"] is not None
            counts["tasks_verified"] += task["verified_at"] is not None
            counts["tasks_closed"] += task["state"] == "closed"
            counts["tasks_overdue"] += task["state"] in OPEN and task["due_on"] < today
    return {key: dict(counts) for key, counts in found.items() if any(counts.values())}
