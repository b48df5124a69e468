"""What the worker does for the counts: adds the entries up, and compares them with a recount every night."""

from typing import Any, Final

import structlog

from services.warning_api.counting import repository
from services.warning_api.cycles.rules import cycle_of, previous_cycles
from shared import audit, jobs
from shared.db.identifiers import new_id
from shared.regions import counties
from shared.runtime.context import ServiceContext

log = structlog.get_logger("counting")

#: Every night the month and so many before it are recounted; on the first of a month so many.
MONTHS_BACK: Final = 2
MONTHS_BACK_MONTHLY: Final = 36

#: So many places of what was missing are written into the log; the audit entry has their number.
PLACES_LOGGED: Final = 20


async def fold_counts(service: ServiceContext, _: dict[str, Any]) -> None:
    """Add the entries up, each county by itself."""
    async with service.begin() as tx:
        known = await counties(tx)
    for county in known:
        async with service.begin(county) as tx:
            await repository.fold(tx)


async def recount_due(service: ServiceContext, _: dict[str, Any]) -> None:
    """Have the recent months of every county recounted; on the first day of a month all of the last years."""
    async with service.begin() as tx:
        known = await counties(tx)
    for county in known:
        async with service.begin(county) as tx:
            back = MONTHS_BACK_MONTHLY if tx.today.day == 1 else MONTHS_BACK
            since = previous_cycles(cycle_of(tx.today), back)[-1]
            for cycle in await repository.months(tx, since):
                await jobs.enqueue(tx, "recount_month", {"county": county, "cycle": cycle}, only_one=True)


async def recount_month(service: ServiceContext, payload: dict[str, Any]) -> None:
    """Job ``recount_month``: ``{county, cycle}``. What the counts lack against a recount of the rows is a finding:
    it is entered, logged with its first places, and audited; a month that agrees leaves no trace."""
    cycle = payload["cycle"]
    async with service.begin(payload["county"]) as tx:
        entry = new_id()
        missing = await repository.recount(tx, cycle, entry)
        if not missing:
            return
        places = [
            {name: value for name, value in row.items() if value not in (None, 0, "")}
            for row in await repository.entered(tx, cycle, entry, PLACES_LOGGED)
        ]
        log.error("counts_differed", county=tx.county, cycle=cycle, places=missing, first=places)
        await audit.record(tx, "counts.repaired", f"cycle/{cycle}", {"places": missing, "entry": entry})
