"""Who has reported the month's progress, and who has not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.warning_api.cycles.rules import cycle_of
from services.warning_api.cycles.service import checked_cycle, departments
from services.warning_api.progress_reports import repository
from services.warning_api.progress_reports.errors import MonthToCome, ReporterNotFound
from services.warning_api.progress_reports.rules import due_on, reminder_due, state_of
from services.warning_api.progress_reports.schemas import ReportIn
from shared import audit
from shared.clock import SHANGHAI
from shared.contracts.events import PROGRESS_REMINDER
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import PreconditionFailed
from shared.outbox import Event, emit
from shared.pagination.cursors import Paging, page
from shared.parameters import parameter
from shared.regions import regions_of
from shared.sealing.texts import open_texts, seal


@dataclass(frozen=True, slots=True)
class Reporter:
    """A unit that reports: a township, or a department where the county wants them too."""

    code: str
    name: str
    kind: str


async def reporters(tx: Transaction) -> list[Reporter]:
    """Those in the caller's reach who have to report, by code; of a department itself alone."""
    found = []
    if tx.reach.org == "*":
        townships = (await regions_of(tx)).townships()
        found = [Reporter(t.code, t.name, "township") for t in townships if tx.reach.covers(t.code)]
    if (await parameter(tx, "progress_reporters")).value == "townships_and_departments":
        found += [
            Reporter(code, name, "department")
            for code, name in sorted((await departments(tx)).items())
            if tx.reach.org == code or (tx.reach.org == "*" and tx.reach.covers(tx.county))
        ]
    return found


async def lines(tx: Transaction, cycles: Sequence[str]) -> list[dict[str, Any]]:
    """A line as ``schemas.ReportLine`` for each month and unit in reach that has to report."""
    day = (await parameter(tx, "progress_due_day")).value
    reported = {(row["cycle"], row["reporter"]): row for row in await repository.reports(tx, cycles)}
    units = await reporters(tx)
    found = []
    for cycle in cycles:
        due = due_on(cycle, day)
        for unit in units:
            row = reported.get((cycle, unit.code))
            on = None if row is None else row["first_at"].astimezone(SHANGHAI).date()
            found.append(
                {
                    "cycle": cycle,
                    "reporter": unit.code,
                    "name": unit.name,
                    "kind": unit.kind,
                    "state": state_of(on, due, tx.today),
                    "due_on": due,
                    "reported_on": on,
                    "version": 0 if row is None else row["version"],
                }
            )
    return found


async def list_reports(tx: Transaction, cycle: str, state: str | None, paging: Paging) -> dict[str, Any]:
    (after,) = paging.after_text()
    found = [
        line
        for line in await lines(tx, [checked_cycle(tx, cycle)])
        if (after is None or line["reporter"] > after) and state in (None, line["state"])
    ]
    found.sort(key=lambda line: str(line["reporter"]))
    return page(found[: paging.limit + 1], paging, lambda line: [line["reporter"]])


async def describe(tx: Transaction, cycle: str, reporter: str) -> dict[str, Any]:
    """The last report of a unit, as ``schemas.Report``. Raises ``ReporterNotFound``."""
    cycle = checked_cycle(tx, cycle)
    line = await _line(tx, cycle, reporter)
    row = await repository.latest(tx, cycle, reporter)
    if row is None:
        raise ReporterNotFound()
    (text,) = await open_texts(tx, "progress_report", "sealed", [(row["id"], row["sealed"])])
    return {**line, **row, "text": text}


async def _line(tx: Transaction, cycle: str, reporter: str) -> dict[str, Any]:
    found = next((line for line in await lines(tx, [cycle]) if line["reporter"] == reporter), None)
    if found is None and reporter == tx.reach.org:
        raise ReporterNotFound(
            "本县的工作进展由乡镇报送，部门不报", "In this county townships report, departments do not"
        )
    if found is None:
        raise ReporterNotFound()
    return found


async def report(tx: Transaction, cycle: str, reporter: str, told: ReportIn) -> None:
    """Take in a unit's own report; what was sent before stays on record.

    Raises ``ReporterNotFound`` for another's or one who need not report, ``MonthToCome``.
    """
    cycle = checked_cycle(tx, cycle)
    line = await _line(tx, cycle, reporter)
    if cycle > cycle_of(tx.today):
        raise MonthToCome()
    report_id = new_id()
    department = line["kind"] == "department"
    added = await repository.add(
        tx,
        {
            "cycle": cycle,
            "reporter": reporter,
            "version": line["version"] + 1,
            "id": report_id,
            "region": tx.county if department else reporter,
            "org": reporter if department else None,
            "sealed": await seal(tx, "progress_report", "sealed", report_id, told.text),
        },
    )
    if not added:
        raise PreconditionFailed()
    subject = f"progress_report/{cycle}/{reporter}"
    await audit.record(tx, "progress.reported", subject, {"version": line["version"] + 1})


async def remind(tx: Transaction) -> int:
    """Remind those who have not reported for this month; how many were reminded now."""
    cycle = cycle_of(tx.today)
    silent = {line["reporter"]: line for line in await lines(tx, [cycle]) if line["reported_on"] is None}
    due = due_on(cycle, (await parameter(tx, "progress_due_day")).value)
    reminder = reminder_due(due, tx.today, (await parameter(tx, "progress_reminder_days")).value)
    if reminder is None or not silent:
        return 0
    reminded = await repository.remind(tx, cycle, reminder, list(silent))
    told = ("cycle", "reporter", "kind", "due_on", "state")
    events = [
        Event(
            f"progress/{cycle}/{code}",
            reminder.toordinal(),
            {name: silent[code][name] for name in told},
        )
        for code in reminded
    ]
    await emit(tx, PROGRESS_REMINDER, events)
    return len(reminded)
