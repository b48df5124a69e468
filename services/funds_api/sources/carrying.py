"""What is left of sources and allocations, and how it becomes the next year's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.funds_api.ledger.service import Document, Move, book, source_account
from services.funds_api.sources import repository
from services.funds_api.sources.service import find_source
from shared.db.identifiers import new_id
from shared.db.transaction import Transaction


@dataclass(frozen=True, slots=True)
class LeftOfYear:
    """``amount``: all of it together, with what projects and contracts have left."""

    sources: Sequence[UUID]
    allocations: Sequence[UUID]
    amount: Decimal


async def left_of_year(tx: Transaction, year: int) -> LeftOfYear:
    """Sources and allocations of a year that have something left. The year is taken."""
    sources = await repository.sources_with_rest(tx, year)
    allocations = await repository.allocations_with_rest(tx, year)
    amount = sum((row["left_over"] for row in (*sources, *allocations)), Decimal("0.00"))
    return LeftOfYear([row["id"] for row in sources], [row["id"] for row in allocations], amount)


async def carry_source(tx: Transaction, source_id: UUID, document_no: str, on: date) -> UUID | None:
    """Make what is left of a source a source of the next year, dated ``on``; None where nothing is left."""
    found = await find_source(tx, source_id)
    amount = found["available"]
    if not amount:
        return None
    if not await repository.carry_source(tx, source_id, amount):
        raise RuntimeError(f"source {source_id} was used while its year was taken")
    carried_id = new_id()
    kept = {name: found[name] for name in ("region_code", "level", "purpose", "fund")}
    values = {"id": carried_id, "year": found["year"] + 1, "amount": amount, "document_no": document_no}
    await repository.add_source(tx, {**kept, **values, "carried_from": source_id})
    move = Move(source_account(source_id), source_account(carried_id), amount)
    await book(tx, Document("carry_over", carried_id, found["region_code"], on), [move])
    return carried_id


async def carry_allocation(
    tx: Transaction, found: Mapping[str, Any], carried_id: UUID, document_no: str, with_projects: Decimal
) -> Decimal:
    """Make an allocation of the next year out of what is left of ``found``; how much that is, maybe nothing.

    ``with_projects`` of it was promised to projects, and stays so. The entries are the caller's.
    """
    amount = await repository.lock_allocation(tx, found["id"]) + with_projects
    if not amount:
        return amount
    await repository.carry_allocation(tx, found["id"], amount, with_projects)
    kept = {name: found[name] for name in ("region_code", "source_id", "level", "purpose", "fund")}
    values = {
        "id": carried_id,
        "year": found["year"] + 1,
        "amount": amount,
        "budgeted": with_projects,
        "document_no": document_no,
        "carried_from": found["id"],
    }
    await repository.add_allocation(tx, {**kept, **values})
    return amount
