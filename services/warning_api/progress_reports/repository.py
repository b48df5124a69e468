"""SQL of progress reports."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.engine import RowMapping

from shared.db import Transaction
from shared.db.narrowing import within


async def reports(tx: Transaction, cycles: Sequence[str]) -> Sequence[RowMapping]:
    """Who has reported for these months: ``cycle, reporter, version, first_at``, of a department its own."""
    reach = within(tx, "r")
    return await tx.rows(
        "SELECT r.cycle, r.reporter, max(r.version) AS version, min(r.reported_at) AS first_at"
        f" FROM progress_report r WHERE {reach.sql} AND (:org = '*' OR r.org_code = :org)"
        " AND r.cycle = ANY (cast(:cycles as text[])) GROUP BY 1, 2",
        {**reach.parameters, "org": tx.reach.org, "cycles": list(cycles)},
    )


async def latest(tx: Transaction, cycle: str, reporter: str) -> RowMapping | None:
    reach = within(tx, "r")
    return await tx.row(
        "SELECT r.id, r.version, r.sealed, r.reported_by, r.reported_at FROM progress_report r"
        f" WHERE {reach.sql} AND (:org = '*' OR r.org_code = :org) AND r.cycle = :cycle"
        " AND r.reporter = :reporter ORDER BY r.version DESC LIMIT 1",
        {**reach.parameters, "org": tx.reach.org, "cycle": cycle, "reporter": reporter},
    )


async def add(tx: Transaction, report: Mapping[str, Any]) -> bool:
    """The next version; False if somebody else has just written that."""
    done = await tx.execute(
        "INSERT INTO progress_report (county_code, cycle, reporter, version, id, region_code, org_code, sealed,"
        " reported_by, reported_at)"
        " VALUES (:county, :cycle, :reporter, :version, :id, :region, :org, :sealed,"
        " :actor, :now) ON CONFLICT DO NOTHING",
        {**report, "county": tx.county, "actor": str(tx.actor), "now": tx.now},
    )
    return done.rowcount == 1


async def remind(tx: Transaction, cycle: str, due_on: date, reporters: Sequence[str]) -> list[str]:
    """Note a reminder for each; those that were not reminded for that day before."""
    rows = await tx.rows(
        "INSERT INTO progress_reminder (county_code, cycle, reporter, due_on, reminded_at)"
        " SELECT :county, :cycle, u.reporter, :due_on, :now FROM unnest(cast(:reporters as text[])) u (reporter)"
        " ON CONFLICT DO NOTHING RETURNING reporter",
        {
            "county": tx.county,
            "cycle": cycle,
            "due_on": due_on,
            "now": tx.now,
            "reporters": list(reporters),
        },
    )
    return sorted(row["reporter"] for row in rows)
