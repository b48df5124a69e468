"""Recording sources, allocating them to units, and what projects and payments use of an allocation.

Whoever uses several rows takes them in one order, so that no two transactions wait for each other: budget years,
an outstanding payment, a project's parts, a contract's parts, then allocations by id, then a source.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.funds_api.ledger import years
from services.funds_api.ledger.errors import YearClosed
from services.funds_api.ledger.service import (
    RECEIVED,
    Document,
    Move,
    Use,
    allocation_account,
    book,
    source_account,
)
from services.funds_api.sources import repository
from services.funds_api.sources.errors import AdjustmentOfNothing, InsufficientAllocation, UnknownFund
from services.funds_api.sources.schemas import AdjustmentIn, AllocationIn, SourceIn
from services.funds_api.units import check_region
from shared.audit import record
from shared.db.identifiers import new_id
from shared.db.transaction import Transaction
from shared.errors import NotFound
from shared.identifiers.regions import region_range
from shared.pagination.cursors import Paging, page
from shared.parameters import parameter
from shared.runtime.route import in_reach


@dataclass(frozen=True, slots=True)
class Share:
    """How much of one allocation."""

    allocation_id: UUID
    amount: Decimal


async def record_source(tx: Transaction, given: SourceIn) -> dict[str, Any]:
    """A source belongs to the county as a whole; whoever is granted less cannot record one.

    Raises ``UnknownFund``, ``YearClosed``.
    """
    in_reach(tx, tx.county)
    funds = await parameter(tx, "fund_names")
    if given.fund not in funds.value:
        raise UnknownFund(list(funds.value))
    await years.require_open(tx, given.year)
    source_id = new_id()
    await repository.add_source(tx, {**given.model_dump(), "id": source_id, "region_code": tx.county})
    move = Move(RECEIVED, source_account(source_id), given.amount)
    await book(tx, Document("source", source_id, tx.county), [move])
    await record(tx, "source.recorded", f"source/{source_id}", {"amount": str(given.amount)})
    return await find_source(tx, source_id)


async def find_source(tx: Transaction, source_id: UUID) -> dict[str, Any]:
    """Raises ``NotFound`` also for a source outside the reach."""
    row = await repository.source(tx, source_id)
    if row is None:
        raise NotFound()
    return dict(row)


async def list_sources(
    tx: Transaction, paging: Paging, *, year: int | None, level: str | None
) -> dict[str, Any]:
    rows = await repository.sources(tx, year, level, paging.after_id(), paging.limit + 1)
    return page([dict(row) for row in rows], paging, lambda row: [row["id"]])


async def allocate(tx: Transaction, given: AllocationIn) -> dict[str, Any]:
    """Give a unit a part of a source.

    Raises ``InsufficientAllocation`` beyond what the source still has, ``YearClosed``.
    """
    await check_region(tx, given.region_code)
    source = await find_source(tx, given.source_id)
    await years.require_open(tx, source["year"])
    await _take_from_source(tx, given.source_id, given.amount)
    allocation_id = new_id()
    copied = {name: source[name] for name in ("level", "year", "document_no", "fund")}
    await repository.add_allocation(tx, {**given.model_dump(), **copied, "id": allocation_id})
    move = Move(source_account(given.source_id), allocation_account(allocation_id), given.amount)
    await book(tx, Document("allocation", allocation_id, given.region_code), [move])
    await record(tx, "allocation.made", f"allocation/{allocation_id}", {"amount": str(given.amount)})
    return await find_allocation(tx, allocation_id)


async def find_allocation(tx: Transaction, allocation_id: UUID) -> dict[str, Any]:
    """Raises ``NotFound`` also for an allocation outside the reach."""
    row = await repository.allocation(tx, allocation_id)
    if row is None:
        raise NotFound()
    return dict(row)


async def allocation_with_adjustments(tx: Transaction, allocation_id: UUID) -> dict[str, Any]:
    found = await find_allocation(tx, allocation_id)
    rows = await repository.adjustments(tx, allocation_id)
    return found | {"adjustments": [dict(row) for row in rows]}


async def list_allocations(
    tx: Transaction, paging: Paging, *, source_id: UUID | None, year: int | None, region: str | None
) -> dict[str, Any]:
    reach = region_range(region) if region else None
    rows = await repository.allocations(tx, source_id, year, reach, paging.after_id(), paging.limit + 1)
    return page([dict(row) for row in rows], paging, lambda row: [row["id"]])


async def adjust(tx: Transaction, allocation_id: UUID, given: AdjustmentIn) -> dict[str, Any]:
    """Add to an allocation or withdraw from it by a new entry (policy.md, Funds).

    Raises ``InsufficientAllocation`` beyond what the source still has, or below what projects were promised, and
    ``YearClosed``.
    """
    if given.amount == 0:
        raise AdjustmentOfNothing()
    found = await find_allocation(tx, allocation_id)
    await years.require_open(tx, found["year"])
    if not await repository.adjust(tx, allocation_id, given.amount):
        raise InsufficientAllocation((await find_allocation(tx, allocation_id))["available"], allocation_id)
    await _take_from_source(tx, found["source_id"], given.amount)
    entry = {**given.model_dump(), "id": new_id(), "allocation_id": allocation_id}
    await repository.add_adjustment(tx, {**entry, "region_code": found["region_code"]})
    move = Move(source_account(found["source_id"]), allocation_account(allocation_id), given.amount)
    await book(tx, Document("adjustment", entry["id"], found["region_code"]), [move])
    await record(tx, "allocation.adjusted", f"allocation/{allocation_id}", {"amount": str(given.amount)})
    return entry | {"created_at": tx.now.astimezone(UTC)}


async def hold_years(tx: Transaction, allocation_ids: Collection[UUID]) -> frozenset[int]:
    """Those years of allocations that are closed; they all stay as they are until the transaction ends.

    Raises ``NotFound`` for an allocation outside the reach.
    """
    of = await repository.years_of(tx, allocation_ids)
    if set(of) != set(allocation_ids):
        raise NotFound()
    return await years.hold(tx, set(of.values()))


async def require_open(tx: Transaction, allocation_ids: Collection[UUID]) -> None:
    """As ``hold_years``; raises ``YearClosed`` where an allocation is of a closed year."""
    if closed := await hold_years(tx, allocation_ids):
        raise YearClosed(closed)


async def budget(tx: Transaction, shares: Sequence[Share]) -> None:
    """Promise parts of allocations to a project, or use them directly; negative amounts give back.

    Raises ``NotFound`` for an allocation outside the reach, ``InsufficientAllocation`` for one with less. The years
    have been checked before.
    """
    for share in sorted(shares, key=lambda share: share.allocation_id):
        if not await repository.take_from_allocation(tx, share.allocation_id, share.amount):
            left = (await find_allocation(tx, share.allocation_id))["available"]
            raise InsufficientAllocation(left, share.allocation_id)


async def count_use(tx: Transaction, shares: Sequence[Share], factors: Mapping[Use, int], on: date) -> None:
    """Count what is used of allocations: each share times the factor of each use (``{"paid": 1}``; what was
    retained and is released: ``{"paid": 1, "retained": -1}``). ``on``: the day on which ``paid`` counts.

    The project's parts have been checked before. ``NotFound`` where the reach does not cover an allocation.
    """
    for share in sorted(shares, key=lambda share: share.allocation_id):
        changes = {use: share.amount * factor for use, factor in factors.items()}
        if not await repository.change_uses(tx, share.allocation_id, changes, on):
            raise NotFound()


async def _take_from_source(tx: Transaction, source_id: UUID, amount: Decimal) -> None:
    if not await repository.take_from_source(tx, source_id, amount):
        raise InsufficientAllocation((await find_source(tx, source_id))["available"])
