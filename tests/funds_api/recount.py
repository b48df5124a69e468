"""Counting every balance again from the entries: what the ledger says is what the balances say."""

from shared.testing.databases import TestDatabase

#: Rows where a balance and the ledger's account differ: name, balance, account.
DIFFERENCES = """
WITH moved AS (
    SELECT debit_account AS account, amount FROM funds.ledger_entry
    UNION ALL SELECT credit_account, -amount FROM funds.ledger_entry
), account AS (
    SELECT account, sum(amount) AS amount FROM moved GROUP BY account
), balance AS (
    SELECT 'source:' || source_id AS account, amount - allocated AS amount FROM funds.source_balance
    UNION ALL SELECT 'allocation:' || allocation_id, amount - budgeted FROM funds.allocation_balance
    UNION ALL SELECT 'paid:' || allocation_id, paid FROM funds.allocation_balance
    UNION ALL SELECT 'retained:' || allocation_id, retained FROM funds.allocation_balance
    UNION ALL SELECT 'project:' || project_id || ':' || allocation_id, amount - paid - retained
              FROM funds.project_funding
)
SELECT coalesce(b.account, a.account) AS name, b.amount AS balance, a.amount AS account
FROM balance b FULL JOIN account a USING (account)
WHERE coalesce(b.amount, 0) <> coalesce(a.amount, 0) AND coalesce(b.account, a.account) <> 'received'"""

#: The same for what was paid on each day, from the payments themselves.
DAY_DIFFERENCES = """
SELECT s.allocation_id, y.paid_on, sum(s.amount) FILTER (WHERE NOT y.retention) AS counted
FROM funds.payment y JOIN funds.payment_share s ON s.county_code = y.county_code AND s.payment_id = y.id
GROUP BY s.allocation_id, y.paid_on
HAVING coalesce(sum(s.amount) FILTER (WHERE NOT y.retention), 0) <> coalesce(
    (SELECT d.amount FROM funds.spending_day d
     WHERE d.allocation_id = s.allocation_id AND d.paid_on = y.paid_on), 0)"""

#: Nothing is made or lost: all that was received stands in some account.
RECEIVED = """
SELECT (SELECT coalesce(sum(amount), 0) FROM funds.source)
     - (SELECT coalesce(sum(amount), 0) FROM funds.ledger_entry WHERE credit_account = 'received')"""


async def assert_balances_are_the_entries(database: TestDatabase) -> None:
    owner = await database.connect()
    try:
        assert [dict(row) for row in await owner.fetch(DIFFERENCES)] == []
        assert [dict(row) for row in await owner.fetch(DAY_DIFFERENCES)] == []
        assert await owner.fetchval(RECEIVED) == 0
    finally:
        await owner.close()
