"""Gathering what a report says."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from services.funds_api.cards.proposals import proposals
from services.funds_api.progress.service import industry_share, rows_of
from services.funds_api.reports import repository
from services.funds_api.reports.composition import Figures, Kind, report
from shared.db import Transaction
from shared.documents import Document
from shared.parameters import parameter
from shared.regions import regions_of

#: Parameter: after so many days or months the next report of the kind is due.
_MONTHS: Final = {"monthly": "fund_bulletin_months", "quarterly": "fund_dispatch_months"}


async def compose(tx: Transaction, kind: Kind, as_of: date) -> Document:
    """The report of a kind as of a day, of all that the caller reaches in one county."""
    regions = await regions_of(tx)
    year = as_of.year
    since = await _since(tx, kind, as_of)
    total = await rows_of(tx, "total", year, as_of)
    before = await rows_of(tx, "total", year, since - timedelta(days=1)) if since.year == year else []
    county = regions.name(tx.county)
    return report(
        kind,
        Figures(
            county,
            f"{county}财政局",
            year,
            as_of,
            total[0] if total else None,
            await rows_of(tx, "level", year, as_of),
            await rows_of(tx, "unit", year, as_of),
            await rows_of(tx, "project", year, as_of),
            (await industry_share(tx, year))["items"],
            await proposals(tx, year, as_of),
            await repository.project_states(tx, year),
            before[0]["paid"] if before else Decimal("0.00"),
            since,
            {code: regions.name(code) for code in regions.codes},
        ),
    )


async def _since(tx: Transaction, kind: Kind, as_of: date) -> date:
    """The first day of what the report is of: of the last seven days, the month, the quarter."""
    if kind == "weekly":
        return as_of - timedelta(days=(await parameter(tx, "project_report_days")).value - 1)
    months = (await parameter(tx, _MONTHS[kind])).value
    first = as_of.replace(day=1)
    return first.replace(month=(first.month - 1) // months * months + 1)
