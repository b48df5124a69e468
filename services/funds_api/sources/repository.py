"""SQL of sources and allocations, narrowed to what the call reaches."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.funds_api.ledger.service import USES, Use
from shared.db.narrowing import within
from shared.db.transaction import Transaction

INSERT_SOURCE = """
INSERT INTO source
    (county_code, id, region_code, level, year, amount, document_no, purpose, fund, carried_from, created_at,
     created_by)
VALUES (:county, :id, :region_code, :level, :year, :amount, :document_no, :purpose, :fund, :carried_from, :now,
        :actor)"""

INSERT_SOURCE_BALANCE = """
INSERT INTO source_balance (county_code, source_id, region_code, amount, allocated, carried, version)
VALUES (:county, :id, :region_code, :amount, 0, 0, 1)"""

SOURCES = """
SELECT s.id, s.region_code, s.level, s.year, s.amount, s.document_no, s.purpose, s.fund, s.carried_from,
       s.created_at, b.allocated, b.carried, b.amount - b.allocated - b.carried AS available, b.version
FROM source s JOIN source_balance b ON b.county_code = s.county_code AND b.source_id = s.id
WHERE {reach}"""

# One statement takes and checks: whoever comes second sees what the first has taken.
TAKE_FROM_SOURCE = """
UPDATE source_balance b SET allocated = b.allocated + :amount, version = b.version + 1
WHERE {reach} AND b.source_id = :id AND b.allocated + :amount BETWEEN 0 AND b.amount - b.carried"""

CARRY_SOURCE = """
UPDATE source_balance b SET carried = b.carried + :amount, version = b.version + 1
WHERE {reach} AND b.source_id = :id AND b.allocated + b.carried + :amount <= b.amount"""

INSERT_ALLOCATION = """
INSERT INTO allocation (county_code, id, region_code, source_id, level, year, document_no, amount, purpose, fund,
                        carried_from, created_at, created_by)
VALUES (:county, :id, :region_code, :source_id, :level, :year, :document_no, :amount, :purpose, :fund,
        :carried_from, :now, :actor)"""

INSERT_ALLOCATION_BALANCE = """
INSERT INTO allocation_balance
    (county_code, allocation_id, region_code, amount, budgeted, paid, retained, carried, transferred, held,
     version)
VALUES (:county, :id, :region_code, :amount, :budgeted, 0, 0, 0, 0, 0, 1)"""

ALLOCATIONS = """
SELECT a.id, a.source_id, a.level, a.year, a.document_no, a.fund, a.region_code, a.purpose, a.carried_from,
       a.created_at, b.amount, b.amount - a.amount AS adjusted, b.budgeted, b.carried,
       b.amount - b.budgeted - b.carried AS available, b.paid, b.retained, b.transferred, b.held, b.version
FROM allocation a JOIN allocation_balance b ON b.county_code = a.county_code AND b.allocation_id = a.id
WHERE {reach}"""

INSERT_ADJUSTMENT = """
INSERT INTO allocation_adjustment
    (county_code, id, region_code, allocation_id, amount, reason, document_no, created_at, created_by)
VALUES (:county, :id, :region_code, :allocation_id, :amount, :reason, :document_no, :now, :actor)"""

ADJUSTMENTS = """
SELECT d.id, d.allocation_id, d.amount, d.reason, d.document_no, d.created_at
FROM allocation_adjustment d WHERE {reach} AND d.allocation_id = :allocation_id ORDER BY d.id"""

ADJUST = """
UPDATE allocation_balance b SET amount = b.amount + :amount, version = b.version + 1
WHERE {reach} AND b.allocation_id = :id AND b.amount + :amount >= b.budgeted + b.carried"""

TAKE_FROM_ALLOCATION = """
UPDATE allocation_balance b SET budgeted = b.budgeted + :amount, version = b.version + 1
WHERE {reach} AND b.allocation_id = :id AND b.budgeted + :amount <= b.amount - b.carried"""

CARRY_ALLOCATION = """
UPDATE allocation_balance b SET budgeted = b.budgeted - :budgeted, carried = b.carried + :amount,
    version = b.version + 1
WHERE {reach} AND b.allocation_id = :id"""

LOCK_ALLOCATION = """
SELECT b.amount - b.budgeted - b.carried AS available FROM allocation_balance b
WHERE {reach} AND b.allocation_id = :id FOR UPDATE"""

YEARS_OF_ALLOCATIONS = """
SELECT a.id, a.year FROM allocation a WHERE {reach} AND a.id = ANY (cast(:ids as uuid[]))"""

# In one statement, since all projects of the allocation wait for its row. A reversal always finds the day of its
# payment; the row that is only proposed must not be negative either.
SPEND = """
WITH spent AS (
    UPDATE allocation_balance b
    SET paid = b.paid + :paid, retained = b.retained + :retained, transferred = b.transferred + :transferred,
        held = b.held + :held, version = b.version + 1
    WHERE {reach} AND b.allocation_id = :id RETURNING b.county_code, b.allocation_id, b.region_code
), day AS (
    INSERT INTO spending_day AS d (county_code, allocation_id, paid_on, region_code, amount)
    SELECT s.county_code, s.allocation_id, :paid_on, s.region_code, greatest(cast(:paid as numeric), 0)
    FROM spent s WHERE cast(:paid as numeric) <> 0
    ON CONFLICT (county_code, allocation_id, paid_on) DO UPDATE SET amount = d.amount + :paid
)
SELECT count(*) FROM spent"""


async def add_source(tx: Transaction, values: Mapping[str, Any]) -> None:
    parameters = {"carried_from": None, **values, "county": tx.county, "now": tx.now, "actor": str(tx.actor)}
    await tx.execute(INSERT_SOURCE, parameters)
    await tx.execute(
        INSERT_SOURCE_BALANCE, {name: parameters[name] for name in ("county", "id", "region_code", "amount")}
    )


async def source(tx: Transaction, source_id: UUID) -> RowMapping | None:
    near = within(tx, "s")
    return await tx.row(
        f"{SOURCES.format(reach=near.sql)} AND s.id = :id", {**near.parameters, "id": source_id}
    )


async def sources(
    tx: Transaction, year: int | None, level: str | None, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    near = within(tx, "s")
    return await tx.rows(
        f"""{SOURCES.format(reach=near.sql)}
        AND (cast(:year as integer) IS NULL OR s.year = :year)
        AND (cast(:level as text) IS NULL OR s.level = :level)
        AND (cast(:after as uuid) IS NULL OR s.id > :after) ORDER BY s.id LIMIT :limit""",
        {**near.parameters, "year": year, "level": level, "after": after, "limit": limit},
    )


async def take_from_source(tx: Transaction, source_id: UUID, amount: Decimal) -> bool:
    """Whether the source had as much; a negative amount gives back."""
    return await _changed(tx, TAKE_FROM_SOURCE, {"id": source_id, "amount": amount})


async def add_allocation(tx: Transaction, values: Mapping[str, Any]) -> None:
    """``values`` of an allocation that brings its projects along name what is ``budgeted``."""
    defaults = {"carried_from": None, "budgeted": Decimal(0)}
    parameters = {**defaults, **values, "county": tx.county, "now": tx.now, "actor": str(tx.actor)}
    await tx.execute(INSERT_ALLOCATION, parameters)
    await tx.execute(
        INSERT_ALLOCATION_BALANCE,
        {name: parameters[name] for name in ("county", "id", "region_code", "amount", "budgeted")},
    )


async def allocation(tx: Transaction, allocation_id: UUID) -> RowMapping | None:
    near = within(tx, "a")
    return await tx.row(
        f"{ALLOCATIONS.format(reach=near.sql)} AND a.id = :id", {**near.parameters, "id": allocation_id}
    )


async def allocations(
    tx: Transaction,
    source_id: UUID | None,
    year: int | None,
    region: tuple[str, str] | None,
    after: UUID | None,
    limit: int,
) -> Sequence[RowMapping]:
    near = within(tx, "a")
    start, end = region or (None, None)
    return await tx.rows(
        f"""{ALLOCATIONS.format(reach=near.sql)}
        AND (cast(:source_id as uuid) IS NULL OR a.source_id = :source_id)
        AND (cast(:year as integer) IS NULL OR a.year = :year)
        AND (cast(:start as text) IS NULL OR (a.region_code >= :start AND a.region_code < :end))
        AND (cast(:after as uuid) IS NULL OR a.id > :after) ORDER BY a.id LIMIT :limit""",
        {
            **near.parameters,
            "source_id": source_id,
            "year": year,
            "start": start,
            "end": end,
            "after": after,
            "limit": limit,
        },
    )


async def add_adjustment(tx: Transaction, values: Mapping[str, Any]) -> None:
    await tx.execute(
        INSERT_ADJUSTMENT, {**values, "county": tx.county, "now": tx.now, "actor": str(tx.actor)}
    )


async def adjustments(tx: Transaction, allocation_id: UUID) -> Sequence[RowMapping]:
    near = within(tx, "d")
    return await tx.rows(
        ADJUSTMENTS.format(reach=near.sql), {**near.parameters, "allocation_id": allocation_id}
    )


async def adjust(tx: Transaction, allocation_id: UUID, amount: Decimal) -> bool:
    """Whether what projects were promised is still covered."""
    return await _changed(tx, ADJUST, {"id": allocation_id, "amount": amount})


async def take_from_allocation(tx: Transaction, allocation_id: UUID, amount: Decimal) -> bool:
    """Whether the allocation had as much; a negative amount gives back."""
    return await _changed(tx, TAKE_FROM_ALLOCATION, {"id": allocation_id, "amount": amount})


async def carry_source(tx: Transaction, source_id: UUID, amount: Decimal) -> bool:
    """Whether the source had as much left."""
    return await _changed(tx, CARRY_SOURCE, {"id": source_id, "amount": amount})


async def lock_allocation(tx: Transaction, allocation_id: UUID) -> Decimal:
    """What nobody was promised, held until the transaction ends."""
    near = within(tx, "b")
    statement = LOCK_ALLOCATION.format(reach=near.sql)
    return Decimal(await tx.scalar(statement, {**near.parameters, "id": allocation_id}))


async def carry_allocation(tx: Transaction, allocation_id: UUID, amount: Decimal, budgeted: Decimal) -> None:
    """``amount`` goes to another year; ``budgeted`` of it with the projects that it was promised to."""
    await _changed(tx, CARRY_ALLOCATION, {"id": allocation_id, "amount": amount, "budgeted": budgeted})


async def years_of(tx: Transaction, allocation_ids: Collection[UUID]) -> dict[UUID, int]:
    """The budget year of each that is in reach."""
    near = within(tx, "a")
    rows = await tx.rows(
        YEARS_OF_ALLOCATIONS.format(reach=near.sql), {**near.parameters, "ids": list(allocation_ids)}
    )
    return {row["id"]: row["year"] for row in rows}


async def change_uses(
    tx: Transaction, allocation_id: UUID, changes: Mapping[Use, Decimal], paid_on: date
) -> bool:
    """Whether the allocation is in reach. What changes of ``paid`` counts on the day ``paid_on``."""
    near = within(tx, "b")
    parts: dict[str, Decimal] = {use: changes.get(use, Decimal(0)) for use in USES}
    found = await tx.scalar(
        SPEND.format(reach=near.sql),
        {**near.parameters, **parts, "id": allocation_id, "paid_on": paid_on},
    )
    return bool(found)


async def _changed(tx: Transaction, statement: str, parameters: Mapping[str, Any]) -> bool:
    near = within(tx, "b")
    result = await tx.execute(statement.format(reach=near.sql), {**near.parameters, **parameters})
    return result.rowcount == 1


async def sources_with_rest(tx: Transaction, year: int) -> Sequence[RowMapping]:
    """id, left_over of the year's sources that have not been allocated whole."""
    near = within(tx, "s")
    return await tx.rows(
        f"""SELECT q.id, q.available AS left_over FROM ({SOURCES.format(reach=near.sql)} AND s.year = :year) q
        WHERE q.available > 0 ORDER BY q.id""",
        {**near.parameters, "year": year},
    )


async def allocations_with_rest(tx: Transaction, year: int) -> Sequence[RowMapping]:
    """id, left_over of the year's allocations that have not been used whole."""
    near = within(tx, "a")
    return await tx.rows(
        f"""SELECT q.id, q.left_over FROM (
            SELECT q.*, q.amount - q.carried - q.paid - q.retained - q.transferred - q.held AS left_over
            FROM ({ALLOCATIONS.format(reach=near.sql)} AND a.year = :year) q
        ) q WHERE q.left_over > 0 ORDER BY q.id""",
        {**near.parameters, "year": year},
    )
