"""The income line per person (policy.md, Registry and monitoring): one a year, and it has no default."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from shared.db.transaction import Transaction
from shared.parameters.lookup import Parameter, ParameterMissing, parameter

#: Yuan per person and year.
INCOME_LINE: Final = "income_line"


@dataclass(frozen=True, slots=True)
class IncomeLine:
    """``amount``: yuan per person and year. ``year``: the year that the line was issued for.

    ``provisional``: the year's own line is not issued yet, and an earlier year's is applied.
    """

    amount: Decimal
    version: int
    year: int
    provisional: bool

    @property
    def used(self) -> dict[str, Any]:
        """What a decision keeps, as JSON."""
        return {
            "name": INCOME_LINE,
            "version": self.version,
            "value": f"{self.amount:.2f}",
            "year": self.year,
            "provisional": self.provisional,
        }


async def income_line(tx: Transaction, on: date | None = None) -> IncomeLine | None:
    """The line that applies on a day (today); None where the county has never set one."""
    on = on or tx.today
    try:
        found: Parameter = await parameter(tx, INCOME_LINE, on)
    except ParameterMissing:
        return None
    year = found.valid_from.year
    return IncomeLine(Decimal(found.value), found.version, year, year < on.year)
