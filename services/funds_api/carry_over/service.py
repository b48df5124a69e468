"""Carry-over (结转): what is left of a year goes to the next one, by an entry dated there (policy.md, Funds).

A new source or allocation of the next year receives it; of an allocation all that is left goes: what nobody was
promised, what projects have free, and what their contracts bind. What has been used stays where it was used. A year
may be carried over before it is closed, and after.
"""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.funds_api.carry_over.schemas import CarryOverIn
from services.funds_api.contracts import service as contracts
from services.funds_api.ledger import years
from services.funds_api.ledger.errors import YearClosed
from services.funds_api.ledger.service import Document, Move, allocation_account, book
from services.funds_api.projects import funding
from services.funds_api.sources import carrying as sources
from services.funds_api.sources import service as of_sources
from services.funds_api.sources.errors import NothingToCarry
from shared.audit import record
from shared.db.identifiers import new_id
from shared.db.transaction import Transaction
from shared.runtime.route import in_reach


async def carry_source(tx: Transaction, source_id: UUID, given: CarryOverIn) -> dict[str, Any]:
    """What a source has not allocated becomes a source of the next year.

    Raises ``NothingToCarry``, ``YearClosed`` where the next year is closed.
    """
    found = await of_sources.find_source(tx, source_id)
    on = await _take_years(tx, found["year"])
    carried = await sources.carry_source(tx, source_id, given.document_no, on)
    if carried is None:
        raise NothingToCarry()
    await record(tx, "source.carried_over", f"source/{source_id}", {"to": str(carried)})
    return await of_sources.find_source(tx, carried)


async def carry_allocation(tx: Transaction, allocation_id: UUID, given: CarryOverIn) -> dict[str, Any]:
    """What an allocation, its projects and their contracts have left becomes an allocation of the next year.

    Raises ``NothingToCarry``, ``YearClosed`` where the next year is closed.
    """
    found = await of_sources.find_allocation(tx, allocation_id)
    on = await _take_years(tx, found["year"])
    carried = await _carry_allocation(tx, found, given.document_no, on)
    if carried is None:
        raise NothingToCarry()
    return await of_sources.find_allocation(tx, carried)


async def carry_year(tx: Transaction, year: int, given: CarryOverIn) -> dict[str, Any]:
    """Carry over everything that is left of a year, in one act. Raises ``NothingToCarry``, ``YearClosed``."""
    on = await _take_years(tx, year)
    left = await sources.left_of_year(tx, year)
    allocations = 0
    for allocation_id in left.allocations:
        found = await of_sources.find_allocation(tx, allocation_id)
        allocations += await _carry_allocation(tx, found, given.document_no, on) is not None
    for source_id in left.sources:
        await sources.carry_source(tx, source_id, given.document_no, on)
    if not (allocations or left.sources):
        raise NothingToCarry()
    await record(tx, "year.carried_over", f"year/{year}", {"amount": str(left.amount)})
    return {
        "year": year,
        "sources": len(left.sources),
        "allocations": allocations,
        "amount": left.amount,
    }


async def _take_years(tx: Transaction, year: int) -> date:
    """Keep everybody else from booking in both years; the day on which the entries are dated."""
    in_reach(tx, tx.county)
    closed = await years.take(tx, year, year + 1)
    if year + 1 in closed:
        raise YearClosed([year + 1])
    return max(tx.today, date(year + 1, 1, 1))


async def _carry_allocation(
    tx: Transaction, found: dict[str, Any], document_no: str, on: date
) -> UUID | None:
    """The allocation of the next year, or None where nothing is left."""
    allocation_id = found["id"]
    parts = await funding.left_of(tx, allocation_id)
    with_projects = sum((part.free + part.committed for part in parts.values()), Decimal("0.00"))
    carried_id = new_id()
    amount = await sources.carry_allocation(tx, found, carried_id, document_no, with_projects)
    if not amount:
        return None
    document = Document("carry_over", carried_id, found["region_code"], on)
    bound = await contracts.carry(tx, document, allocation_id, carried_id)
    await funding.carry(tx, document, parts, carried_id, bound)
    free = amount - with_projects
    await book(tx, document, [Move(allocation_account(allocation_id), allocation_account(carried_id), free)])
    detail = {"to": str(carried_id), "amount": str(amount)}
    await record(tx, "allocation.carried_over", f"allocation/{allocation_id}", detail)
    return carried_id
