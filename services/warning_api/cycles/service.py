"""The month: its window, who has pushed, nil reports."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from services.warning_api.cycles import repository
from services.warning_api.cycles.errors import (
    BatchesExist,
    CycleNotFound,
    DatesOutOfOrder,
    NotThisCycle,
    UnknownDepartment,
    WindowClosed,
)
from services.warning_api.cycles.rules import (
    CYCLE,
    Window,
    admission,
    cycle_of,
    next_cycle,
    previous_cycles,
    reminder_due,
    window_by_rule,
)
from services.warning_api.cycles.schemas import CycleEdit, Reopening
from shared import audit
from shared.contracts.events import CYCLE_REMINDER
from shared.db import Transaction
from shared.errors import FieldError, PreconditionFailed, Unprocessable
from shared.outbox import Event, emit
from shared.parameters import parameter
from shared.runtime.preconditions import IfMatch


async def departments(tx: Transaction) -> dict[str, str]:
    """The county's departments, ``{org_code: name}``."""
    return dict((await parameter(tx, "departments")).value)


def checked_cycle(tx: Transaction, cycle: str) -> str:
    """``current`` is the month of the business clock; what is no month does not exist (404)."""
    if cycle == "current":
        return cycle_of(tx.today)
    if not CYCLE.fullmatch(cycle):
        raise CycleNotFound()
    return cycle


async def window(tx: Transaction, cycle: str) -> Window:
    """The window of a cycle: as edited by the county, otherwise by its parameters."""
    edited = await repository.edited_window(tx, cycle)
    if edited is not None:
        return edited
    opens = await parameter(tx, "cycle_opens_day")
    closes = await parameter(tx, "cycle_closes_day")
    return window_by_rule(cycle, int(opens.value), int(closes.value))


async def admit(tx: Transaction, org: str) -> tuple[str, bool]:
    """The cycle that a normal batch of today goes into, and whether it is late: this month's, or the last one's
    where the county has reopened that for the department and this month's window is not open.

    Raises ``WindowClosed`` (409) with ``opens_on``, the next day on which the window opens.
    """
    cycle = cycle_of(tx.today)
    current = await window(tx, cycle)
    how = admission(current, tx.today, reopened_until=await repository.reopened_until(tx, cycle, org))
    if how is not None:
        return cycle, how == "late"
    (last,) = previous_cycles(cycle, 1)
    reopened_until = await repository.reopened_until(tx, last, org)
    if reopened_until is None or tx.today > reopened_until:
        upcoming = current if tx.today < current.opens_on else await window(tx, next_cycle(cycle))
        raise WindowClosed(
            f"推送窗口为每月 {current.opens_on.day} 日至 {current.closes_on.day} 日，下次开放：{upcoming.opens_on}。"
            "突发情况可附 urgent_reason 随时推送",
            f"The window opens next on {upcoming.opens_on}. Urgent batches are taken with urgent_reason",
            members={"opens_on": upcoming.opens_on, "closes_on": upcoming.closes_on},
        )
    return last, True


async def describe(tx: Transaction, cycle: str) -> dict[str, Any]:
    """``GET /v1/cycles/{cycle}``: a department sees its own line only."""
    cycle = checked_cycle(tx, cycle)
    current = await window(tx, cycle)
    pushed = await repository.pushes_by_department(tx, cycle)
    nil = await repository.nil_reports(tx, cycle)
    reminded = await repository.reminders(tx, cycle)
    lines = []
    for org, name in (await departments(tx)).items():
        if tx.reach.org not in ("*", org):
            continue
        batches = pushed.get(org)
        state = "pushed" if batches else "nil_report" if org in nil else "missing"
        lines.append(
            {
                "org_code": org,
                "name": name,
                "state": state,
                "late": bool(batches["late"] if batches else org in nil and nil[org]["late"]),
                "batches": batches["batches"] if batches else 0,
                "warnings": batches["warnings"] if batches else 0,
                "reminded_on": reminded.get(org, []),
            }
        )
    return {
        "cycle": cycle,
        "opens_on": current.opens_on,
        "closes_on": current.closes_on,
        "state": current.state(tx.today),
        "departments": lines,
        "version": current.version,
    }


async def remind_silent(tx: Transaction) -> list[str]:
    """Remind departments that have neither pushed nor filed a nil report, so many days before the window closes
    as the county's parameter says; who was reminded now. Each is reminded once for each of these days."""
    cycle = cycle_of(tx.today)
    current = await window(tx, cycle)
    due_on = reminder_due(current, tx.today, (await parameter(tx, "reminder_days")).value)
    if due_on is None:
        return []
    heard = {*await repository.pushes_by_department(tx, cycle), *await repository.nil_reports(tx, cycle)}
    silent = [org for org in await departments(tx) if org not in heard]
    reminded = await repository.remind(tx, cycle, due_on, silent)
    await emit(
        tx,
        CYCLE_REMINDER,
        [
            Event(
                f"cycle/{cycle}/{org}",
                due_on.toordinal(),
                {"cycle": cycle, "org_code": org, "closes_on": current.closes_on},
            )
            for org in reminded
        ],
    )
    return reminded


async def edit(tx: Transaction, cycle: str, change: CycleEdit, expected: IfMatch) -> dict[str, Any]:
    """Move a cycle's dates, or reopen it for one department with a reason."""
    cycle = checked_cycle(tx, cycle)
    for pointer, day in (("/opens_on", change.opens_on), ("/closes_on", change.closes_on)):
        if day is not None and cycle_of(day) != cycle:
            raise Unprocessable(
                errors=[FieldError(pointer, "outside_the_month", f"应在 {cycle} 月之内")],
            )
    if change.reopen is not None:
        await _check_reopening(tx, cycle, change.reopen)
    current = await window(tx, cycle)
    expected.check(current.version)
    edited = replace(
        current,
        opens_on=change.opens_on or current.opens_on,
        closes_on=change.closes_on or current.closes_on,
        version=current.version + 1,
    )
    if edited.opens_on > edited.closes_on:
        raise DatesOutOfOrder()
    if not await repository.store_window(tx, edited):
        raise PreconditionFailed()
    if change.reopen is not None:
        until = change.reopen.until or max(tx.today, edited.closes_on)
        await repository.reopen(tx, cycle, change.reopen.org_code, change.reopen.reason, until)
    await audit.record(tx, "cycle.edited", f"cycle/{cycle}", change.model_dump(exclude_none=True))
    return await describe(tx, cycle)


async def _check_reopening(tx: Transaction, cycle: str, reopening: Reopening) -> None:
    """Only what a department can still push into: this month, and the last one while its window is waited for."""
    if reopening.org_code not in await departments(tx):
        raise UnknownDepartment()
    if next_cycle(cycle) < cycle_of(tx.today) or cycle > cycle_of(tx.today):
        raise Unprocessable(
            errors=[FieldError("/reopen", "too_late_to_reopen", "只能重新开放本月或上月的周期")]
        )
    if reopening.until is not None and reopening.until < tx.today:
        raise Unprocessable(errors=[FieldError("/reopen/until", "date_in_past", "截止日不能早于今天")])


async def file_nil_report(tx: Transaction, cycle: str) -> dict[str, Any]:
    """A department says that it has nothing to report; a later batch supersedes it."""
    org = tx.reach.org
    if org not in await departments(tx):
        raise UnknownDepartment()
    (last,) = previous_cycles(cycle_of(tx.today), 1)
    if cycle not in (cycle_of(tx.today), last):
        raise NotThisCycle(f"本月周期为 {cycle_of(tx.today)}", f"The current cycle is {cycle_of(tx.today)}")
    if org in await repository.pushes_by_department(tx, cycle):
        raise BatchesExist()
    admitted, late = await admit(tx, org)
    if admitted != cycle:
        raise NotThisCycle(f"现在填报的是 {admitted} 周期", f"The cycle that is open is {admitted}")
    await repository.add_nil_report(tx, cycle, org, late=late)
    await audit.record(tx, "nil_report.filed", f"nil_report/{cycle}/{org}")
    filed = (await repository.nil_reports(tx, cycle))[org]
    return {"org_code": org, "cycle": cycle, **filed}


async def since_the_beginning(tx: Transaction, months: Sequence[str]) -> list[str]:
    """Those of ``months`` in which the county was at work already: nobody has missed anything before."""
    first = await repository.first_reported(tx) or cycle_of(tx.today)
    return [month for month in months if month >= first]
