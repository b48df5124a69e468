"""What is late: written down once for each level, told, and listed."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy.engine import RowMapping

from services.warning_api.escalation import repository
from services.warning_api.escalation.rules import OverdueFilter, horizon_days, offsets, sequence
from services.warning_api.escalation.sources import SOURCES
from shared.contracts.events import STEP_OVERDUE
from shared.db import Transaction
from shared.outbox import Event, emit
from shared.pagination.cursors import InvalidCursor, Paging, page
from shared.parameters import parameter, read_together
from shared.regions import regions_to_show

#: Steps that one transaction writes down and tells of, each.
CHUNK = 5_000

CLOCKS = ("receipt_days", "acceptance_days", "redirection_days")


async def settle(tx: Transaction) -> None:
    """Mark the steps that are done, or due on another day by now."""
    await repository.take_turns(tx)
    await repository.settle(tx, await _days(tx))


async def tell_overdue(tx: Transaction) -> bool:
    """Write down and tell what has reached a level since the last time; whether there is more. Safe to run at any
    time and again: each level of a step is told once for each due day."""
    await repository.take_turns(tx)
    days = await _days(tx)
    reached = offsets((await parameter(tx, "escalation_days")).value)
    if not reached:
        return False
    horizon = tx.today + timedelta(days=horizon_days(reached))
    more = False
    for step in SOURCES:
        rows = await repository.record(tx, step, days, reached, horizon, CHUNK)
        await emit(tx, STEP_OVERDUE, [_event(row) for row in sorted(rows, key=_order)])
        more = more or len(rows) == CHUNK
    return more


def _order(row: RowMapping) -> int:
    return sequence(row["due_on"], row["level"])


def _event(row: RowMapping) -> Event:
    names = ("cycle", "step", "level", "due_on", "region_code", "org_code", "task_id", "warning_id")
    return Event(
        f"step/{row['step']}/{row['subject']}",
        sequence(row["due_on"], row["level"]),
        {name: row[name] for name in names},
    )


async def list_overdue(tx: Transaction, wanted: OverdueFilter, paging: Paging) -> dict[str, Any]:
    """Open steps that are reminded of or late, each with its highest level; with a level those that have reached it."""
    after = _after(paging)
    rows = await repository.overdue(tx, await _days(tx), wanted, after, paging.limit + 1)
    regions = await regions_to_show(tx)
    items = [
        {
            **row,
            "region": regions.full_name(row["region_code"]),
            "days_overdue": max((tx.today - row["due_on"]).days, 0),
        }
        for row in rows
    ]
    return page(
        items, paging, lambda row: [row["due_on"].isoformat(), row["step"], row["subject"], row["level"]]
    )


async def counts(tx: Transaction) -> Sequence[RowMapping]:
    """How many steps are open now: rows of ``step, level, township_code, org_code, steps``; ``org_code`` is empty
    where a township or the county is waited for."""
    return await repository.counts(tx, await _days(tx))


def _after(paging: Paging) -> tuple[date, list[str | None]] | None:
    """The due day, step, subject and level of the last one seen."""
    day, *others = paging.after_text(4)
    if day is None:
        return None
    try:
        return date.fromisoformat(day), others
    except ValueError as error:
        raise InvalidCursor() from error


async def _days(tx: Transaction) -> dict[str, int]:
    await read_together(tx, [*CLOCKS, "escalation_days"])
    return {name: (await parameter(tx, name)).value for name in CLOCKS}
