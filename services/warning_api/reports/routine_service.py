"""The townships' routine check of each month, with a zero report where nothing was found (policy.md, Who takes part).

Silence is visible: every township has its line, whether it has reported or not.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.engine import RowMapping

from services.warning_api.cycles.rules import Window, cycle_of, first_day, previous_cycles, reminder_due
from services.warning_api.cycles.service import checked_cycle
from services.warning_api.filing.rules import SCREENING
from services.warning_api.reports import routine_repository as repository
from services.warning_api.reports.errors import (
    CheckNotTaken,
    ScreeningsExist,
    TownshipNotFound,
)
from services.warning_api.reports.rules import due_on
from services.warning_api.reports.schemas import RoutineCheckIn
from shared import audit
from shared.contracts.events import ROUTINE_CHECK_REMINDER
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import FieldError, PreconditionFailed, Unprocessable
from shared.identifiers.regions import region_range
from shared.outbox import Event, emit
from shared.pagination.cursors import Paging, page
from shared.parameters import parameter
from shared.regions import Region, regions_of
from shared.sealing.texts import open_texts, seal

#: Whose reports say what the note says.
FIGURES = ("checked_on", "villages", "households_visited", "found")


async def report_check(tx: Transaction, cycle: str, township: str, body: RoutineCheckIn) -> dict[str, Any]:
    """What the township has checked this month, or the last one; a later report replaces it, and both are kept.

    Raises ``TownshipNotFound``, ``CheckNotTaken``, 422 for a day outside the month and for figures that cannot be,
    ``ScreeningsExist``.
    """
    cycle = checked_cycle(tx, cycle)
    region = await _township(tx, township)
    this = cycle_of(tx.today)
    if cycle not in (this, *previous_cycles(this, 1)):
        raise CheckNotTaken()
    if cycle_of(body.checked_on) != cycle or body.checked_on > tx.today:
        raise Unprocessable(
            errors=[
                FieldError("/checked_on", "outside_the_month", f"检查日期应在 {cycle} 月之内且不晚于今天")
            ]
        )
    _refuse_impossible(body, (await regions_of(tx)).villages_of(township))
    if body.found == 0 and await repository.screened(tx, cycle, SCREENING, region_range(township)):
        raise ScreeningsExist()
    before = (await repository.latest(tx, [cycle])).get((cycle, township))
    if before is None or not await _says_the_same(tx, before, body):
        await _keep(tx, cycle, township, body, 1 if before is None else before["version"] + 1)
    (line,) = await _lines(tx, cycle, [region])
    return line


async def read_check(tx: Transaction, cycle: str, township: str) -> dict[str, Any]:
    """A township's line. Raises ``TownshipNotFound``."""
    (line,) = await _lines(tx, checked_cycle(tx, cycle), [await _township(tx, township)])
    return line


async def list_checks(tx: Transaction, cycle: str, paging: Paging) -> dict[str, Any]:
    """A line for every township in reach, by code: who has reported and who has not."""
    (after,) = paging.after_text()
    townships = [
        region
        for region in (await regions_of(tx)).townships()
        if tx.reach.covers(region.code) and (after is None or region.code > after)
    ]
    lines = await _lines(tx, checked_cycle(tx, cycle), townships[: paging.limit + 1])
    return page(lines, paging, lambda line: [line["township_code"]])


async def missed(tx: Transaction, cycles: Sequence[str]) -> list[dict[str, Any]]:
    """``{cycle, township_code, reported, late}`` for every month and township in reach."""
    reported = await repository.latest(tx, cycles)
    townships = [t.code for t in (await regions_of(tx)).townships() if tx.reach.covers(t.code)]
    return [
        {
            "cycle": cycle,
            "township_code": township,
            "reported": (cycle, township) in reported,
            "late": (cycle, township) in reported and reported[cycle, township]["late"],
        }
        for cycle in cycles
        for township in townships
    ]


async def remind_silent(tx: Transaction) -> list[str]:
    """Remind townships that have not reported, so many days before the due day as the county's parameter says; who
    was reminded now. Each is reminded once for each of these days."""
    cycle = cycle_of(tx.today)
    due = await _due_on(tx, cycle)
    window = Window(cycle, first_day(cycle), due)
    day = reminder_due(window, tx.today, (await parameter(tx, "routine_check_reminder_days")).value)
    if day is None:
        return []
    heard = {township for _, township in await repository.latest(tx, [cycle])}
    silent = [region.code for region in (await regions_of(tx)).townships() if region.code not in heard]
    reminded = await repository.remind(tx, cycle, day, silent)
    await emit(
        tx,
        ROUTINE_CHECK_REMINDER,
        [
            Event(
                f"routine_check/{cycle}/{township}",
                day.toordinal(),
                {"cycle": cycle, "township_code": township, "due_on": due},
            )
            for township in reminded
        ],
    )
    return reminded


async def _township(tx: Transaction, code: str) -> Region:
    region = (await regions_of(tx)).get(code)
    if region is None or region.level != "township" or not tx.reach.covers(code):
        raise TownshipNotFound()
    return region


def _refuse_impossible(body: RoutineCheckIn, villages: Sequence[Region]) -> None:
    errors = []
    if body.villages > len(villages):
        message = f"本乡镇（连同代管的单位）只有 {len(villages)} 个村，请核对排查的村数"
        errors.append(FieldError("/villages", "more_than_there_are", message))
    if body.found > body.households_visited:
        message = f"发现的户数多于走访的户数（{body.households_visited}），请核对"
        errors.append(FieldError("/found", "more_than_visited", message))
    if errors:
        raise Unprocessable(errors=errors)


async def _due_on(tx: Transaction, cycle: str) -> date:
    return due_on(cycle, (await parameter(tx, "routine_check_due_day", first_day(cycle))).value)


async def _says_the_same(tx: Transaction, row: RowMapping, body: RoutineCheckIn) -> bool:
    (note,) = await open_texts(tx, "routine_check", "sealed", [(row["id"], row["sealed"])])
    said = body.model_dump()
    return note == (body.note or "") and all(row[name] == said[name] for name in FIGURES)


async def _keep(tx: Transaction, cycle: str, township: str, body: RoutineCheckIn, version: int) -> None:
    check_id = new_id()
    added = await repository.add(
        tx,
        {
            "cycle": cycle,
            "township": township,
            "version": version,
            "id": check_id,
            **{name: getattr(body, name) for name in FIGURES},
            "late": tx.today > await _due_on(tx, cycle),
            "sealed": await seal(tx, "routine_check", "sealed", check_id, body.note or ""),
        },
    )
    if not added:
        raise PreconditionFailed()
    await audit.record(
        tx, "routine_check.reported", f"routine_check/{cycle}/{township}", {"found": body.found}
    )


async def _lines(tx: Transaction, cycle: str, townships: Sequence[Region]) -> list[dict[str, Any]]:
    """As ``schemas.RoutineCheck``."""
    reported = await repository.latest(tx, [cycle])
    reminded = await repository.reminders(tx, [cycle])
    due = await _due_on(tx, cycle)
    texts = [(row["id"], row["sealed"]) for row in reported.values()]
    notes = dict(zip(reported, await open_texts(tx, "routine_check", "sealed", texts), strict=True))
    return [
        {
            **_line(reported.get((cycle, region.code)), due, tx.today),
            "township_code": region.code,
            "township": region.name,
            "cycle": cycle,
            "due_on": due,
            "note": notes.get((cycle, region.code)) or None,
            "reminded_on": reminded.get((cycle, region.code), []),
        }
        for region in townships
    ]


def _line(row: RowMapping | None, due: date, today: date) -> dict[str, Any]:
    names = (*FIGURES, "late", "reported_by", "reported_at")
    if row is None:
        silent = dict.fromkeys(names)
        return {**silent, "state": "missing", "overdue": today > due, "version": 0}
    state = "reported" if row["found"] else "superseded" if row["superseded_at"] else "zero_report"
    return {
        **{name: row[name] for name in names},
        "state": state,
        "overdue": False,
        "version": row["version"],
    }
