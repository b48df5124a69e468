"""Checking households that are to be paid, thousands at once."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from services.household_api.payees import repository
from services.household_api.registry.particulars import vault_of
from shared import audit
from shared.clock import SHANGHAI
from shared.contracts.household_checks import CheckedHousehold, HouseholdToCheck
from shared.db import Transaction


async def check(
    tx: Transaction, households: Sequence[HouseholdToCheck], as_of: date
) -> list[CheckedHousehold]:
    """Each as it was at the end of a day, in the order asked."""
    vault = await vault_of(tx)
    names = await asyncio.to_thread(vault.name_indexes, [each.payee for each in households])
    sought = [(each.household_id, name) for each, name in zip(households, names, strict=True)]
    end = datetime.combine(as_of + timedelta(days=1), time(), SHANGHAI)
    answers = [CheckedHousehold(found=False) for _ in households]
    for row in await repository.as_they_were(tx, sought, min(end, tx.now)):
        if row.ended_on is None or row.ended_on > as_of:
            answers[row.place] = CheckedHousehold(
                True,
                row.payee_lives_there,
                row.household_type,
                None if row.risk_eliminated else row.monitoring_type or None,
                row.region_code,
            )
    await audit.record(tx, "households.checked", "registry", {"households": len(households)})
    return answers
