"""SQL of the monthly cycle."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.engine import RowMapping

from services.warning_api.cycles.rules import Window
from shared.db import Transaction
from shared.db.identifiers import new_id


async def edited_window(tx: Transaction, cycle: str) -> Window | None:
    row = await tx.row(
        "SELECT cycle, opens_on, closes_on, version FROM cycle_dates"
        " WHERE county_code = :county AND cycle = :cycle",
        {"county": tx.county, "cycle": cycle},
    )
    return Window(**row) if row else None


async def store_window(tx: Transaction, window: Window) -> bool:
    """Keep a window as the next version; False if somebody else has written that version."""
    done = await tx.execute(
        "INSERT INTO cycle_dates (county_code, cycle, opens_on, closes_on, version)"
        " VALUES (:county, :cycle, :opens_on, :closes_on, :version)"
        " ON CONFLICT (county_code, cycle) DO UPDATE SET opens_on = excluded.opens_on,"
        " closes_on = excluded.closes_on, version = excluded.version"
        " WHERE cycle_dates.version = excluded.version - 1",
        {
            "county": tx.county,
            "cycle": window.cycle,
            "opens_on": window.opens_on,
            "closes_on": window.closes_on,
            "version": window.version,
        },
    )
    return done.rowcount == 1


async def reopened_until(tx: Transaction, cycle: str, org: str) -> date | None:
    found: date | None = await tx.scalar(
        "SELECT until FROM cycle_reopening"
        " WHERE county_code = :county AND cycle = :cycle AND org_code = :org",
        {"county": tx.county, "cycle": cycle, "org": org},
    )
    return found


async def reopen(tx: Transaction, cycle: str, org: str, reason: str, until: date) -> None:
    await tx.execute(
        "INSERT INTO cycle_reopening (county_code, cycle, org_code, reason, until, reopened_by, reopened_at)"
        " VALUES (:county, :cycle, :org, :reason, :until, :actor, :now)"
        " ON CONFLICT (county_code, cycle, org_code) DO UPDATE SET reason = excluded.reason,"
        " until = excluded.until, reopened_by = excluded.reopened_by, reopened_at = excluded.reopened_at",
        {
            "county": tx.county,
            "cycle": cycle,
            "org": org,
            "reason": reason,
            "until": until,
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )


async def pushes_by_department(tx: Transaction, cycle: str) -> dict[str, RowMapping]:
    """``{org_code: {batches, warnings, late}}`` of those that have pushed; what a department head refused is
    no push."""
    rows = await tx.rows(
        "SELECT org_code, count(*) AS batches, sum(accepted)::int AS warnings, bool_or(late) AS late"
        " FROM batch WHERE county_code = :county AND cycle = :cycle AND (:org = '*' OR org_code = :org)"
        " AND refused_at IS NULL GROUP BY org_code",
        {"county": tx.county, "cycle": cycle, "org": tx.reach.org},
    )
    return {row["org_code"]: row for row in rows}


async def nil_reports(tx: Transaction, cycle: str) -> dict[str, RowMapping]:
    """``{org_code: {id, late, filed_at}}``."""
    rows: Sequence[RowMapping] = await tx.rows(
        "SELECT org_code, id, late, filed_at FROM nil_report"
        " WHERE county_code = :county AND cycle = :cycle AND (:org = '*' OR org_code = :org)",
        {"county": tx.county, "cycle": cycle, "org": tx.reach.org},
    )
    return {row["org_code"]: row for row in rows}


async def add_nil_report(tx: Transaction, cycle: str, org: str, *, late: bool) -> None:
    """File a nil report; filing it again changes nothing."""
    values: dict[str, Any] = {
        "county": tx.county,
        "cycle": cycle,
        "org": org,
        "id": new_id(),
        "late": late,
        "actor": str(tx.actor),
        "now": tx.now,
    }
    await tx.execute(
        "INSERT INTO nil_report (county_code, cycle, org_code, id, late, filed_by, filed_at)"
        " VALUES (:county, :cycle, :org, :id, :late, :actor, :now) ON CONFLICT DO NOTHING",
        values,
    )


async def remind(tx: Transaction, cycle: str, due_on: date, orgs: Sequence[str]) -> list[str]:
    """Keep that departments were reminded; those that had not been for this day."""
    rows = await tx.rows(
        "INSERT INTO cycle_reminder (county_code, cycle, org_code, due_on, reminded_at)"
        " SELECT :county, :cycle, o.org_code, :due_on, :now FROM unnest(cast(:orgs as text[])) AS o (org_code)"
        " ON CONFLICT DO NOTHING RETURNING org_code",
        {"county": tx.county, "cycle": cycle, "due_on": due_on, "now": tx.now, "orgs": list(orgs)},
    )
    return sorted(row["org_code"] for row in rows)


async def reminders(tx: Transaction, cycle: str) -> dict[str, list[date]]:
    """``{org_code: days on which it was reminded}``, in order."""
    rows = await tx.rows(
        "SELECT org_code, array_agg(DISTINCT (reminded_at AT TIME ZONE 'Asia/Shanghai')::date) AS days"
        " FROM cycle_reminder WHERE county_code = :county AND cycle = :cycle"
        " AND (:org = '*' OR org_code = :org) GROUP BY org_code",
        {"county": tx.county, "cycle": cycle, "org": tx.reach.org},
    )
    return {row["org_code"]: row["days"] for row in rows}


async def first_reported(tx: Transaction) -> str | None:
    """The first month of which anybody in the county has sent anything."""
    tables = ("batch", "nil_report", "routine_check", "progress_report")
    each = " UNION ALL ".join(
        f"SELECT min(cycle) AS cycle FROM {table} WHERE county_code = :county" for table in tables
    )
    found: str | None = await tx.scalar(f"SELECT min(cycle) FROM ({each}) m", {"county": tx.county})
    return found
