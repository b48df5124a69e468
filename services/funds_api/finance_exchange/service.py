"""What goes to the finance bureau, what it reports, and where the two differ."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.funds_api.finance_exchange import repository
from services.funds_api.finance_exchange.rules import WORDS, Figures, Place, compare
from services.funds_api.finance_exchange.sheet import Line
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import NotFound
from shared.pagination.cursors import Paging, page
from shared.runtime.route import in_reach


async def take_in(tx: Transaction, year: int, as_of: date, lines: Sequence[Line]) -> dict[str, Any]:
    """Keep a report as it is: a fact, whatever it says. With the number of differences to ours."""
    in_reach(tx, tx.county)
    report_id = new_id()
    await repository.add(tx, report_id, year, as_of)
    rows = [
        (position, line.region_code, line.document_no, line.allocated, line.paid)
        for position, line in enumerate(lines, 1)
    ]
    await repository.add_lines(tx, report_id, rows)
    await audit.record(tx, "finance_report.received", f"finance_report/{report_id}", {"lines": len(lines)})
    return await find(tx, report_id)


async def find(tx: Transaction, report_id: UUID) -> dict[str, Any]:
    """Raises ``NotFound`` also for one outside the reach."""
    row = await repository.report(tx, report_id)
    if row is None:
        raise NotFound()
    return {**row, "discrepancies": len(await discrepancies(tx, report_id))}


async def list_reports(tx: Transaction, paging: Paging, year: int | None) -> dict[str, Any]:
    rows = await repository.reports(tx, year, paging.after_id(), paging.limit + 1)
    return page([dict(row) for row in rows], paging, lambda row: [row["id"]])


async def discrepancies(tx: Transaction, report_id: UUID) -> list[dict[str, Any]]:
    """Every difference between a report and our own figures as of its day, as they are now."""
    row = await repository.report(tx, report_id)
    if row is None:
        raise NotFound()
    theirs = {
        (line["region_code"], line["document_no"]): Figures(line["allocated"], line["paid"])
        for line in await repository.lines(tx, report_id)
    }
    ours = await _ours(tx, row["year"], row["as_of"])
    return [{**asdict(each), "message": WORDS[each.kind]} for each in compare(theirs, ours)]


async def _ours(tx: Transaction, year: int, as_of: date) -> dict[Place, Figures]:
    sums: defaultdict[Place, list[Decimal]] = defaultdict(lambda: [Decimal("0.00"), Decimal("0.00")])
    for row in await repository.allocations(tx, year, as_of):
        place = sums[row["region_code"], row["document_no"]]
        place[0] += row["allocated"]
        place[1] += row["paid"]
    return {place: Figures(allocated, paid) for place, (allocated, paid) in sums.items()}


async def allocations(tx: Transaction, year: int, as_of: date) -> list[dict[str, Any]]:
    """For the export."""
    return [dict(row) for row in await repository.allocations(tx, year, as_of)]


async def payments(tx: Transaction, year: int, as_of: date) -> list[dict[str, Any]]:
    """For the export."""
    return [dict(row) for row in await repository.payments(tx, year, as_of)]
