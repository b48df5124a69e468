"""A county whose funds are in the middle of their year: projects and payments by the thousand, with every balance and
entry that they would have left behind.

Written by SQL as the owner, since making them through the interface takes hours; a recount finds no difference.
"""

from typing import Final

import asyncpg

from bihuan.bench.system import BenchSystem

#: The sample county, with its units and its clients.
COUNTY: Final = "231226"
YEAR: Final = 2026
PROJECTS: Final = 5_000
PAYMENTS: Final = 500_000
#: Sources of the year, of the four levels in turn; each unit has an allocation of each.
SOURCES: Final = 8
#: Days with payments, up to the day before the demonstration's.
DAYS: Final = 300
#: Fen of one payment.
PAYMENT: Final = 100_000
#: How much of what a project has is paid: per cent, in turn.
PAID_SHARES: Final = "'{96,91,85,74}'::int[]"

_WRITTEN: Final = "timestamptz '2026-01-05 09:00+08', 'bench'"
_ID: Final = "md5('{kind}' || {number})::uuid"


def _id(kind: str, number: str) -> str:
    return _ID.format(kind=kind, number=number)


#: What everything else is made of: units, allocations (unit and source), projects (one or two to an allocation's
#: unit), payments. Projects take their money from one allocation each, which then has what they have.
PLANNED: Final = f"""
CREATE TEMP TABLE unit AS
SELECT code, row_number() OVER (ORDER BY code) - 1 AS number, count(*) OVER () AS units FROM funds.region
WHERE county_code = '{COUNTY}' AND length(code) = 9;
CREATE TEMP TABLE planned_payment AS
SELECT {_id("payment", "n")} AS id, n, n % {PROJECTS} AS project, {PAYMENT} / 100.0 + n % 97 AS amount,
    date '{YEAR}-01-06' + (n / {PROJECTS} * 3 + n % 7) % {DAYS} AS paid_on
FROM generate_series(0, {PAYMENTS} - 1) n;
CREATE TEMP TABLE planned_project AS
SELECT {_id("project", "y.project")} AS id, y.project AS number, u.code AS region_code,
    y.project / u.units % {SOURCES} AS source, y.paid,
    round(y.paid * 100 / ({PAID_SHARES})[1 + y.project / u.units % 4], 2) AS amount
FROM (SELECT project, sum(amount) AS paid FROM planned_payment GROUP BY project) y
JOIN unit u ON u.number = y.project % u.units;
CREATE TEMP TABLE planned_allocation AS
SELECT {_id("allocation", "region_code || ':' || source")} AS id, region_code, source,
    {_id("source", "source")} AS source_id, sum(amount) AS amount, sum(paid) AS paid
FROM planned_project GROUP BY region_code, source;
ANALYZE planned_payment; ANALYZE planned_project; ANALYZE planned_allocation"""

_MONEY: Final = f"""
INSERT INTO funds.source (county_code, id, region_code, level, year, amount, document_no, created_at, created_by, fund)
SELECT '{COUNTY}', source_id, '{COUNTY}', ('{{central,province,city,county}}'::text[])[1 + source % 4], {YEAR},
    sum(amount), '财农〔{YEAR}〕' || source || '号', {_WRITTEN}, 'transition'
FROM planned_allocation GROUP BY source, source_id;
INSERT INTO funds.source_balance (county_code, source_id, region_code, amount, allocated, version, carried)
SELECT county_code, id, region_code, amount, amount, 1, 0 FROM funds.source
WHERE county_code = '{COUNTY}' AND created_by = 'bench';
INSERT INTO funds.allocation (county_code, id, region_code, source_id, level, year, document_no, amount, purpose,
    created_at, created_by, fund)
SELECT '{COUNTY}', a.id, a.region_code, a.source_id, s.level, {YEAR}, s.document_no, a.amount,
    CASE WHEN a.source % 3 = 0 THEN 'infrastructure' ELSE 'industry' END, {_WRITTEN}, 'transition'
FROM planned_allocation a JOIN funds.source s ON s.county_code = '{COUNTY}' AND s.id = a.source_id;
INSERT INTO funds.allocation_balance (county_code, allocation_id, region_code, amount, budgeted, paid, retained,
    version, carried, transferred, held)
SELECT '{COUNTY}', id, region_code, amount, amount, paid, 0, 1, 0, 0, 0 FROM planned_allocation;
INSERT INTO funds.budget_year (county_code, year, state, version) VALUES ('{COUNTY}', {YEAR}, 'open', 1)
ON CONFLICT DO NOTHING"""

_PROJECTS: Final = f"""
INSERT INTO funds.project (county_code, id, region_code, name, category, year, budget, state, version, created_at,
    created_by, changed_at, plan)
SELECT '{COUNTY}', id, region_code, '产业配套' || number, 'industry', {YEAR}, amount, 'under_construction', 2,
    {_WRITTEN}, now(), '[]' FROM planned_project;
INSERT INTO funds.project_funding (county_code, project_id, allocation_id, region_code, position, amount, paid,
    retained, committed, transferred, held)
SELECT '{COUNTY}', p.id, a.id, p.region_code, 0, p.amount, p.paid, 0, 0, 0, 0
FROM planned_project p JOIN planned_allocation a ON a.region_code = p.region_code AND a.source = p.source"""

_PAYMENTS: Final = f"""
INSERT INTO funds.payment (county_code, id, region_code, project_id, amount, paid_on, payee_sealed, reference,
    retention, created_at, created_by, payee_kind, use)
SELECT '{COUNTY}', y.id, p.region_code, p.id, y.amount, y.paid_on, '\\x00', '支付凭证' || y.n, false, {_WRITTEN},
    'organisation', 'paid'
FROM planned_payment y JOIN planned_project p ON p.number = y.project;
INSERT INTO funds.payment_share (county_code, payment_id, allocation_id, region_code, amount)
SELECT '{COUNTY}', y.id, a.id, p.region_code, y.amount
FROM planned_payment y JOIN planned_project p ON p.number = y.project
JOIN planned_allocation a ON a.region_code = p.region_code AND a.source = p.source;
INSERT INTO funds.spending_day (county_code, allocation_id, paid_on, region_code, amount)
SELECT '{COUNTY}', a.id, y.paid_on, p.region_code, sum(y.amount)
FROM planned_payment y JOIN planned_project p ON p.number = y.project
JOIN planned_allocation a ON a.region_code = p.region_code AND a.source = p.source
GROUP BY a.id, y.paid_on, p.region_code"""

#: Account by account, as ledger.service books them.
_ENTRIES: Final = f"""
INSERT INTO funds.ledger_entry (county_code, id, region_code, booked_at, document_kind, document_id, debit_account,
    credit_account, amount, dated_on)
SELECT '{COUNTY}', {_id("entry", "document_id")}, region_code, now(), kind, document_id, debit, credit, amount, on_day
FROM (
    SELECT region_code, 'source' AS kind, id AS document_id, 'source:' || id AS debit, 'received' AS credit, amount,
        date '{YEAR}-01-05' AS on_day
    FROM funds.source WHERE county_code = '{COUNTY}' AND created_by = 'bench'
    UNION ALL SELECT region_code, 'allocation', id, 'allocation:' || id, 'source:' || source_id, amount,
        date '{YEAR}-01-05' FROM planned_allocation
    UNION ALL SELECT p.region_code, 'project', p.id, 'project:' || p.id || ':' || a.id, 'allocation:' || a.id,
        p.amount, date '{YEAR}-01-05'
    FROM planned_project p JOIN planned_allocation a ON a.region_code = p.region_code AND a.source = p.source
    UNION ALL SELECT p.region_code, 'payment', y.id, 'paid:' || a.id || ':' || p.id, 'project:' || p.id || ':' || a.id,
        y.amount, y.paid_on
    FROM planned_payment y JOIN planned_project p ON p.number = y.project
    JOIN planned_allocation a ON a.region_code = p.region_code AND a.source = p.source
) entries"""

FILL: Final = (PLANNED, _MONEY, _PROJECTS, _PAYMENTS, _ENTRIES)

TABLES: Final = (
    "source", "source_balance", "allocation", "allocation_balance", "project", "project_funding", "payment",
    "payment_share", "spending_day", "ledger_entry",
)  # fmt: skip


async def fill_funds(system: BenchSystem) -> None:
    """``PROJECTS`` projects in the county's units, ``PAYMENTS`` payments over ``DAYS`` days. Tables are analysed and
    vacuumed afterwards, as autovacuum does within minutes."""
    owner = await asyncpg.connect(system.owner_url)
    try:
        async with owner.transaction():
            for statements in FILL:
                await owner.execute(statements)
        for table in TABLES:
            await owner.execute(f"VACUUM (ANALYZE) funds.{table}")
    finally:
        await owner.close()
    await system.checkpoint()
