"""The clocks of a case: set by a step, stopped by another, told once when they strike.

One clock of a kind in a period of monitoring. ``monitoring_case.next_due_on`` is kept as the first of those that
run, so that due lists need no join.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.monitoring.rules import CLOCKS, ClockKind
from shared.calendar import calendar_of
from shared.contracts.events import CASE_OVERDUE
from shared.db import Transaction
from shared.db.narrowing import within
from shared.outbox import Event, emit
from shared.parameters import parameter

_REFRESH: Final = """
UPDATE monitoring_case c SET next_due_on = (
    SELECT min(k.due_on) FROM case_clock k
    WHERE k.county_code = c.county_code AND k.case_id = c.id AND k.stopped_on IS NULL)
WHERE c.county_code = :county AND c.id = :case"""

_STRUCK: Final = """
UPDATE case_clock SET told_at = :now
WHERE county_code = :county AND due_on < :today AND stopped_on IS NULL AND told_at IS NULL
RETURNING case_id, period, kind, due_on, region_code"""


async def approval_due(tx: Transaction) -> date:
    """By when the county decides on what begins today (policy.md: 15 days, a parameter)."""
    days = (await parameter(tx, "case_days")).value
    kind = (await parameter(tx, "case_days_kind")).value
    return (await calendar_of(tx)).after(tx.today, days, kind)


async def days_from_today(tx: Transaction, name: str) -> date:
    """The day on which as many calendar days as the parameter ``name`` says are over."""
    days = (await parameter(tx, name)).value
    return (await calendar_of(tx)).after(tx.today, days, "calendar")


async def set_clock(
    tx: Transaction, case_id: UUID, period: int, region_code: str, kind: ClockKind, due_on: date
) -> None:
    """Start a clock; one that was set in this period already goes on as it is."""
    await tx.execute(
        """INSERT INTO case_clock (county_code, case_id, period, kind, region_code, set_on, due_on)
        VALUES (:county, :case, :period, :kind, :region, :today, :due_on)
        ON CONFLICT (county_code, case_id, period, kind) DO NOTHING""",
        {
            "county": tx.county,
            "case": case_id,
            "period": period,
            "kind": kind,
            "region": region_code,
            "today": tx.today,
            "due_on": due_on,
        },
    )
    await _refresh(tx, case_id)


async def stop_clock(tx: Transaction, case: RowMapping, *kinds: ClockKind) -> None:
    """What the clocks of the case's running period were for is done; those that do not run stay."""
    await tx.execute(
        """UPDATE case_clock SET stopped_on = :today
        WHERE county_code = :county AND case_id = :case AND period = :period
            AND kind = ANY (cast(:kinds as text[])) AND stopped_on IS NULL""",
        {
            "county": tx.county,
            "case": case["id"],
            "period": case["period"],
            "kinds": list(kinds),
            "today": tx.today,
        },
    )
    await _refresh(tx, case["id"])


async def stop_all(tx: Transaction, case: RowMapping) -> None:
    """The case is at its end: nothing is due any more."""
    await stop_clock(tx, case, *CLOCKS)


async def clock_of(tx: Transaction, case: RowMapping, kind: ClockKind) -> RowMapping | None:
    """``set_on, due_on, stopped_on`` of a clock of the running period."""
    found = [clock for clock in await clocks_of(tx, case["id"]) if clock["period"] == case["period"]]
    return next((clock for clock in found if clock["kind"] == kind), None)


async def clocks_of(tx: Transaction, case_id: UUID) -> Sequence[RowMapping]:
    reach = within(tx, "k")
    return await tx.rows(
        "SELECT k.kind, k.period, k.set_on, k.due_on, k.stopped_on FROM case_clock k"
        f" WHERE k.case_id = :case AND {reach.sql} ORDER BY k.period, k.due_on, k.kind",
        {**reach.parameters, "case": case_id},
    )


async def runs(tx: Transaction, case: RowMapping, kind: ClockKind) -> bool:
    clock = await clock_of(tx, case, kind)
    return clock is not None and clock["stopped_on"] is None


async def tell_struck(tx: Transaction) -> int:
    """Tell of every clock of the county that has struck, once each; answers how many."""
    struck = await tx.rows(_STRUCK, {"county": tx.county, "today": tx.today, "now": tx.now})
    await emit(tx, CASE_OVERDUE, list(_overdue(struck)))
    return len(struck)


def _overdue(struck: Iterable[RowMapping]) -> Iterable[Event]:
    """Each clock is an aggregate of its own: it strikes once in a period, whatever version the case has."""
    for row in struck:
        data: dict[str, Any] = {
            "case_id": row["case_id"],
            "clock": row["kind"],
            "due_on": row["due_on"],
            "township_code": row["region_code"][:9],
        }
        yield Event(f"case/{row['case_id']}/{row['kind']}", row["period"], data)


async def _refresh(tx: Transaction, case_id: UUID) -> None:
    await tx.execute(_REFRESH, {"county": tx.county, "case": case_id})
