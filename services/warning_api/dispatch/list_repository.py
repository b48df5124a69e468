"""SQL of reading tasks and lists, and of what townships do to whole lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.counting import service as counting
from services.warning_api.dispatch import list_pulls
from services.warning_api.dispatch.changes import changed
from services.warning_api.dispatch.rules import TO_BE_VERIFIED, township_of
from shared.db import Transaction
from shared.db.narrowing import expect_a_page, reach_condition
from shared.identifiers.regions import region_range
from shared.pagination.snapshots import Poll

COLUMNS = (
    "t.id, t.cycle, t.township_code, t.region_code, t.household_id, t.household_type, t.sealed, t.origins,"
    " t.urgent, t.state, t.due_on, t.extended, t.extension, t.dispatched_at, t.received_at, t.verified_at,"
    " t.updated_at, t.outcome, t.case_id, t.case_refused, t.assignee, t.version"
)

#: Only the county sees what is not yet dispatched.
DISPATCHED_ONLY = "(:sees_all OR t.dispatched_at IS NOT NULL)"


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """``region``: this region and all below it. ``updated_after``: an instant, for those who have no token."""

    cycle: str | None = None
    region: str | None = None
    state: str | None = None
    due_before: date | None = None
    updated_after: datetime | None = None
    assignee: str | None = None
    dispatched_only: bool = False


async def tasks(
    tx: Transaction, wanted: TaskFilter, poll: Poll, limit: int, pull: RowMapping | None = None
) -> Sequence[RowMapping]:
    """Tasks in reach, in the order of the poll; ``changed_since_last_pull``: whether their content has."""
    conditions = ["t.county_code = :county", DISPATCHED_ONLY]
    values: dict[str, Any] = {"county": tx.county, "sees_all": sees_all(tx, wanted), "limit": limit}

    def narrow(condition: str, **parameters: Any) -> None:
        conditions.append(condition)
        values.update(parameters)

    polled, parameters = poll.condition("t")
    narrow(polled, **parameters)
    narrow(*_reach(tx, values))
    ranges = tx.reach.ranges
    if wanted.cycle is not None:
        narrow("t.cycle = :cycle", cycle=wanted.cycle)
    if wanted.region is not None:
        low, high = region_range(wanted.region)
        narrow("t.region_code >= :low AND t.region_code < :high", low=low, high=high)
        ranges = ((low, high),)
    if (townships := _townships(ranges)) is not None:
        # Says no more than the regions do, but in the words of the index.
        if len(townships) == 1:
            narrow("t.township_code = :township", township=townships[0])
        else:
            narrow("t.township_code = ANY (cast(:townships as text[]))", townships=townships)
    if wanted.state is not None:
        narrow("t.state = :state", state=wanted.state)
    if wanted.due_before is not None:
        narrow(
            "t.due_on < :due_before AND t.state = ANY (cast(:open as text[]))",
            due_before=wanted.due_before,
            open=list(TO_BE_VERIFIED),
        )
    if wanted.updated_after is not None:
        narrow("t.updated_at > :updated_after", updated_after=wanted.updated_after)
    if wanted.assignee is not None:
        narrow("t.assignee = :assignee", assignee=wanted.assignee)
    await expect_a_page(tx)
    changed_since = "false"
    if pull is not None:
        changed_since = list_pulls.CHANGED_SINCE
        values |= list_pulls.since(pull)
    return await tx.rows(
        f"SELECT {COLUMNS}, cast(t.changed_in as text) AS changed_in,"
        f" {changed_since} AS changed_since_last_pull FROM verification_task t"
        f" WHERE {' AND '.join(conditions)} ORDER BY {poll.order('t')} LIMIT :limit",
        values,
    )


def sees_all(tx: Transaction, wanted: TaskFilter) -> bool:
    """Also what is not dispatched yet."""
    return "county" in tx.roles and not wanted.dispatched_only


def _townships(ranges: Sequence[tuple[str, str]]) -> list[str] | None:
    """The townships in which all of the ranges lie; None where one reaches beyond a township."""
    if any(len(low) < 9 for low, _ in ranges):
        return None
    return sorted({low[:9] for low, _ in ranges})


def _reach(tx: Transaction, values: dict[str, Any]) -> tuple[str]:
    condition, parameters = reach_condition(tx.reach, "t.region_code")
    values.update(parameters)
    return (condition,)


async def task(tx: Transaction, task_id: UUID, *, lock: bool = False) -> RowMapping | None:
    values: dict[str, Any] = {"county": tx.county, "id": task_id, "sees_all": "county" in tx.roles}
    (condition,) = _reach(tx, values)
    return await tx.row(
        f"SELECT {COLUMNS} FROM verification_task t WHERE t.county_code = :county AND t.id = :id"
        f" AND {DISPATCHED_ONLY} AND {condition}" + (" FOR UPDATE" if lock else ""),
        values,
    )


async def clues(tx: Transaction, cycles: Sequence[str], task_ids: Sequence[UUID]) -> Sequence[Any]:
    """The warnings of tasks of these cycles, by task, then in the order of filing; the driver's rows, since there
    are many."""
    driver = await tx.driver()
    rows: Sequence[Any] = await driver.fetch(
        "SELECT task_id, id, cycle, org_code, indicator, occurred_on, amount::text, sealed, below_threshold,"
        " outcome, entries"
        " FROM warning WHERE county_code = $1 AND cycle = ANY ($2::bpchar[]) AND task_id = ANY ($3::uuid[])"
        " ORDER BY task_id, id",
        tx.county,
        list(cycles),
        list(task_ids),
    )
    return rows


async def totals(tx: Transaction, cycle: str, region: str) -> Sequence[RowMapping]:
    """By state, of a township or a village."""
    values: dict[str, Any] = {
        "county": tx.county,
        "cycle": cycle,
        "township": township_of(region),
        "today": tx.today,
        "open": list(TO_BE_VERIFIED),
    }
    in_village = ""
    if len(region) > 9:
        in_village, values["village"] = " AND region_code = :village", region
    return await tx.rows(
        "SELECT state, count(*)::int AS n, count(*) FILTER (WHERE due_on < :today"
        " AND state = ANY (cast(:open as text[])))::int AS overdue,"
        " count(*) FILTER (WHERE state = 'closed' AND outcome IS NULL)::int AS withdrawn"
        " FROM verification_task WHERE county_code = :county AND cycle = :cycle"
        f" AND township_code = :township AND dispatched_at IS NOT NULL{in_village} GROUP BY state",
        values,
    )


async def last_returns(tx: Transaction, cycle: str, task_ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """``task_id, id, sealed`` of the last return of each task."""
    return await tx.rows(
        "SELECT DISTINCT ON (task_id) task_id, id, sealed FROM task_entry WHERE county_code = :county"
        " AND cycle = :cycle AND task_id = ANY (cast(:ids as uuid[])) AND kind = 'return'"
        " ORDER BY task_id, id DESC",
        {"county": tx.county, "cycle": cycle, "ids": list(task_ids)},
    )


async def receipt(tx: Transaction, cycle: str, township: str) -> datetime | None:
    found: datetime | None = await tx.scalar(
        "SELECT received_at FROM list_receipt"
        " WHERE county_code = :county AND cycle = :cycle AND township_code = :township",
        {"county": tx.county, "cycle": cycle, "township": township},
    )
    return found


async def acknowledge(tx: Transaction, cycle: str, township: str) -> int:
    """Mark every pending task of the list as received; how many there were."""
    values = {
        "county": tx.county,
        "cycle": cycle,
        "township": township,
        "now": tx.now,
        "actor": str(tx.actor),
    }
    await tx.execute(
        "INSERT INTO list_receipt (county_code, cycle, township_code, received_by, received_at)"
        " VALUES (:county, :cycle, :township, :actor, :now) ON CONFLICT DO NOTHING",
        values,
    )
    # Locked in the order of their ids, like the answers that may come at the same moment.
    rows = await tx.rows(
        "SELECT id FROM verification_task"
        " WHERE county_code = :county AND cycle = :cycle AND township_code = :township"
        " AND state = 'pending' AND dispatched_at IS NOT NULL ORDER BY id FOR UPDATE",
        values,
    )
    pending = [row["id"] for row in rows]
    await counting.touch(tx, cycle, tasks=pending)
    await tx.execute(
        f"UPDATE verification_task SET state = 'received', received_at = :now, {changed(':now')}"
        " WHERE county_code = :county AND cycle = :cycle AND id = ANY (cast(:ids as uuid[]))",
        {**values, "ids": pending},
    )
    return len(pending)


async def add_entry(tx: Transaction, task: RowMapping, entry_id: UUID, kind: str, sealed: bytes) -> None:
    """What was said about a task: an extension, a return."""
    await tx.execute(
        "INSERT INTO task_entry"
        " (county_code, cycle, id, task_id, region_code, kind, sealed, entered_by, entered_at)"
        " VALUES (:county, :cycle, :id, :task, :region, :kind, :sealed, :actor, :now)",
        {
            "county": tx.county,
            "cycle": task["cycle"],
            "id": entry_id,
            "task": task["id"],
            "region": task["region_code"],
            "kind": kind,
            "sealed": sealed,
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )
