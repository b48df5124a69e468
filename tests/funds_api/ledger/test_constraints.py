"""The database itself refuses to overspend at every level, whoever asks: as the service's own role, by bare SQL."""

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest

from shared.testing.databases import TestDatabase
from tests.factories.funds import created, make_contract, make_payment, make_source, project_with


@pytest.fixture(scope="module")
async def used(finance: httpx.AsyncClient) -> None:
    """Something at every level: 100 from source to project, 60 bound, 25 paid, 10 retained."""
    project = await project_with(finance, "100.00")
    contract = await make_contract(finance, project["id"], "60.00")
    await make_payment(finance, project["id"], "25.00", contract_id=contract["id"])
    await make_payment(finance, project["id"], "10.00", retention=True)
    await make_source(finance, "1.00", year=2010)
    await created(finance, "/v1/years/2010/closing", {})


@pytest.fixture
async def service_role(database: TestDatabase, used: None) -> AsyncIterator[asyncpg.Connection]:
    """What the service logs in with, its reach set as a request sets it."""
    connection = await asyncpg.connect(database.service_url("funds"))
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(
        "SET LOCAL search_path = funds; SET LOCAL app.region_from0 = '231226'; SET LOCAL app.region_to0 = '231227'"
    )
    yield connection
    await transaction.rollback()
    await connection.close()


OVERSPENDING = {
    "more allocated than the source has": (
        "UPDATE source_balance SET allocated = allocated + 0.01 WHERE amount > 1",
        "ck_source_balance_allocated",
    ),
    "carried over and allocated": (
        "UPDATE source_balance SET carried = carried + 0.01 WHERE amount > 1",
        "ck_source_balance_allocated",
    ),
    "less than nothing carried": (
        "UPDATE source_balance SET carried = -0.01",
        "ck_source_balance_allocated",
    ),
    "more promised than the allocation has": (
        "UPDATE allocation_balance SET budgeted = budgeted + 0.01",
        "ck_allocation_balance_budgeted",
    ),
    "an allocation below its promises": (
        "UPDATE allocation_balance SET amount = amount - 0.01",
        "ck_allocation_balance_budgeted",
    ),
    "carried over and promised": (
        "UPDATE allocation_balance SET carried = 0.01",
        "ck_allocation_balance_budgeted",
    ),
    "more paid than promised": (
        "UPDATE allocation_balance SET paid = paid + 65.01",
        "ck_allocation_balance_paid",
    ),
    "more transferred than promised": (
        "UPDATE allocation_balance SET transferred = transferred + 65.01",
        "ck_allocation_balance_paid",
    ),
    "more held than promised": (
        "UPDATE allocation_balance SET held = held + 65.01",
        "ck_allocation_balance_paid",
    ),
    "more retained than promised": (
        "UPDATE allocation_balance SET retained = retained + 65.01",
        "ck_allocation_balance_paid",
    ),
    "paid out of what a contract binds": (
        "UPDATE project_funding SET paid = paid + 30.01",
        "ck_project_funding_paid",
    ),
    "more bound than the project has": (
        "UPDATE project_funding SET committed = committed + 30.01",
        "ck_project_funding_paid",
    ),
    "a project's part below what it used": (
        "UPDATE project_funding SET amount = amount - 30.01",
        "ck_project_funding_paid",
    ),
    "less than nothing paid": ("UPDATE project_funding SET paid = -0.01", "ck_project_funding_paid"),
    "more used than a contract binds": (
        "UPDATE contract_funding SET used = used + 35.01",
        "ck_contract_funding_used",
    ),
    "a contract below what it used": (
        "UPDATE contract_funding SET amount = 24.99",
        "ck_contract_funding_used",
    ),
    "more settled than was outstanding": (
        "UPDATE outstanding_payment SET settled = 10.01",
        "ck_outstanding_payment_settled",
    ),
    "less than nothing on a day": ("UPDATE spending_day SET amount = -0.01", "ck_spending_day_amount"),
    "a year closed by the one who asked": (
        "UPDATE budget_year SET state = 'closed', closed_at = now(), closed_by = requested_by"
        " WHERE requested_by IS NOT NULL",
        "ck_budget_year_two_people",
    ),
    "an entry of nothing": (
        "INSERT INTO ledger_entry SELECT county_code, gen_random_uuid(), region_code, now(), 'payment', id,"
        " 'paid:x', 'project:x', 0, now() FROM project LIMIT 1",
        "ck_ledger_entry_amount",
    ),
    "an entry from an account to itself": (
        "INSERT INTO ledger_entry SELECT county_code, gen_random_uuid(), region_code, now(), 'payment', id,"
        " 'paid:x', 'paid:x', 1, now() FROM project LIMIT 1",
        "ck_ledger_entry_accounts",
    ),
}


@pytest.mark.parametrize("name", OVERSPENDING)
async def test_what_does_not_fit_is_refused_by_its_constraint(
    service_role: asyncpg.Connection, name: str
) -> None:
    statement, constraint = OVERSPENDING[name]
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await service_role.execute(statement)
    assert refused.value.constraint_name == constraint


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE source_balance SET amount = amount + 1",
        "UPDATE source SET amount = amount + 1",
        "UPDATE allocation SET amount = amount + 1",
        "UPDATE contract SET amount = amount + 1",
        "UPDATE contract_supplement SET amount = amount + 1",
        "UPDATE payment SET amount = amount - 1",
        "UPDATE payment_share SET amount = amount - 1",
        "UPDATE ledger_entry SET amount = amount - 1",
        "DELETE FROM ledger_entry",
        "DELETE FROM payment",
        "DELETE FROM project_funding",
        "DELETE FROM allocation_balance",
        "TRUNCATE ledger_entry",
    ],
)
async def test_what_was_booked_is_neither_changed_nor_removed(
    service_role: asyncpg.Connection, statement: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service_role.execute(statement)


async def test_a_second_balance_cannot_stand_beside_the_first(service_role: asyncpg.Connection) -> None:
    for table in ("source_balance", "allocation_balance", "project_funding", "contract_funding"):
        savepoint = service_role.transaction()
        await savepoint.start()
        with pytest.raises(asyncpg.UniqueViolationError):
            await service_role.execute(f"INSERT INTO {table} SELECT * FROM {table}")
        await savepoint.rollback()


async def test_no_bare_row_is_seen_outside_the_reach(service_role: asyncpg.Connection) -> None:
    await service_role.execute("SET LOCAL app.region_from0 = '231225'; SET LOCAL app.region_to0 = '231226'")
    for table in (
        "contract",
        "contract_funding",
        "contract_supplement",
        "outstanding_payment",
        "project_transition",
        "project_appraisal",
        "project_milestone",
        "performance_goals",
        "performance_evaluation",
        "ledger_finding",
        "budget_year",
    ):
        assert await service_role.fetchval(f"SELECT count(*) FROM {table}") == 0, table
