"""The check of rows as the county's parameters have it."""

from decimal import Decimal

from services.household_api.registry.rules import INCOME_LIMIT, RowCheck
from shared.db import Transaction
from shared.parameters import parameter
from shared.regions import regions_of


async def row_check(tx: Transaction, *, stands_at: str | None = None) -> RowCheck:
    """For rows that this call brings. ``stands_at``: where their household stands already, right also where the
    code has ended meanwhile. Raises ``ParameterMissing``."""
    most = (await parameter(tx, INCOME_LIMIT)).value
    return RowCheck(await regions_of(tx), tx.reach.covers, tx.today, Decimal(most), stands_at)
