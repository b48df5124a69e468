"""Counting every balance again from the entries: what the ledger says is what the balances say.

In Python, apart from the service's own recount, which is asked as well.
"""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import asyncpg

from services.funds_api.ledger.recount_repository import RECOUNTS
from shared.testing.databases import TestDatabase

USES = ("paid", "retained", "transferred", "held")

Accounts = dict[str, Decimal]


async def assert_balances_are_the_entries(database: TestDatabase) -> None:
    owner = await database.connect()
    await owner.execute("SET search_path TO funds")
    try:
        accounts = booked(await owner.fetch("SELECT * FROM funds.ledger_entry"))
        assert min((sum_ for name, sum_ in accounts.items() if name != "received"), default=0) >= 0
        kept = await balances(owner)
        assert {name: amount for name, amount in kept.items() if amount != accounts.get(name, 0)} == {}
        assert {name for name, amount in accounts.items() if amount} - set(kept) == {"received"}
        received = await owner.fetchval(
            "SELECT coalesce(sum(amount), 0) FROM funds.source WHERE carried_from IS NULL"
        )
        assert -accounts["received"] == received
        found = await differences(owner)
        assert found == [], found
    finally:
        await owner.close()


def booked(entries: Iterable[Any]) -> Accounts:
    """What every account comes to; a use counts for its allocation and for its project."""
    accounts: Accounts = defaultdict(Decimal)
    for entry in entries:
        for account, amount in (
            (entry["debit_account"], entry["amount"]),
            (entry["credit_account"], -entry["amount"]),
        ):
            kind, _, ids = account.partition(":")
            accounts[account] += amount
            if kind in USES and ":" in ids:
                accounts[f"{kind}:{ids.partition(':')[0]}"] += amount
        if entry["debit_account"].startswith("paid:") or entry["credit_account"].startswith("paid:"):
            back = entry["credit_account"].startswith("paid:")
            account = entry["credit_account"] if back else entry["debit_account"]
            day = f"day:{account.split(':')[1]}:{entry['dated_on']}"
            accounts[day] += -entry["amount"] if back else entry["amount"]
    return accounts


async def balances(owner: asyncpg.Connection) -> Accounts:
    """The same by the rows that are kept."""
    kept: Accounts = {}
    for row in await owner.fetch("SELECT * FROM funds.source_balance"):
        kept[f"source:{row['source_id']}"] = row["amount"] - row["allocated"] - row["carried"]
    for row in await owner.fetch("SELECT * FROM funds.allocation_balance"):
        kept[f"allocation:{row['allocation_id']}"] = row["amount"] - row["budgeted"] - row["carried"]
        kept |= {f"{use}:{row['allocation_id']}": row[use] for use in USES}
    for row in await owner.fetch("SELECT * FROM funds.project_funding"):
        ids = f"{row['project_id']}:{row['allocation_id']}"
        used = sum(row[use] for use in USES)
        kept[f"project:{ids}"] = row["amount"] - used - row["committed"]
        kept |= {f"{use}:{row['allocation_id']}:{row['project_id']}": row[use] for use in USES}
    for row in await owner.fetch("SELECT * FROM funds.contract_funding"):
        kept[f"contract:{row['contract_id']}:{row['allocation_id']}"] = row["amount"] - row["used"]
    for row in await owner.fetch("SELECT * FROM funds.spending_day"):
        kept[f"day:{row['allocation_id']}:{row['paid_on']}"] = row["amount"]
    return kept


async def differences(owner: asyncpg.Connection) -> list[dict[str, Any]]:
    """What the service's own recount finds, in every county."""
    found = []
    for row in await owner.fetch("SELECT DISTINCT county_code FROM funds.ledger_entry"):
        for kind, statement in RECOUNTS.items():
            of_kind = await owner.fetch(statement.replace(":county", "$1"), row["county_code"])
            found += [{"kind": kind, **dict(each)} for each in of_kind]
    return found
