"""Contracts: what they bind of a project's money, how supplements change them, and what is paid by them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.funds_api.contracts import repository
from services.funds_api.contracts.errors import (
    ContractOfAnotherProject,
    DuplicateContract,
    SignedInFuture,
    SupplementOfNothing,
)
from services.funds_api.contracts.schemas import ContractIn, SupplementIn
from services.funds_api.ledger.service import Document, Move, Use, book, contract_account, project_account
from services.funds_api.projects import funding
from services.funds_api.projects.rules import split
from services.funds_api.sources.errors import InsufficientAllocation
from services.funds_api.sources.service import Share
from shared.audit import record
from shared.db.identifiers import new_id
from shared.db.transaction import Transaction
from shared.errors import NotFound
from shared.identifiers.regions import region_range
from shared.pagination.cursors import Paging, page


async def add_contract(tx: Transaction, given: ContractIn) -> dict[str, Any]:
    """Bind a part of what a project has free. From then on it is paid by this contract alone.

    Raises ``InsufficientAllocation`` beyond what the project has free, ``DuplicateContract``, ``YearClosed``.
    """
    if given.signed_on > tx.today:
        raise SignedInFuture()
    region = await funding.arrangeable(tx, given.project_id)
    contract_id = new_id()
    values = given.model_dump() | {"id": contract_id, "region_code": region}
    if not await repository.add_contract(tx, values):
        raise DuplicateContract()
    document = Document("contract", contract_id, region, given.signed_on)
    await _bind(tx, document, contract_id, given.project_id, given.amount)
    detail = {"project_id": str(given.project_id), "amount": str(given.amount)}
    await record(tx, "contract.added", f"contract/{contract_id}", detail)
    return await find_contract(tx, contract_id)


async def supplement(tx: Transaction, contract_id: UUID, given: SupplementIn) -> dict[str, Any]:
    """Raise a contract, or lower it (negative), by a new entry.

    Raises ``InsufficientAllocation`` beyond what the project has free, or below what the contract has used.
    """
    if given.amount == 0:
        raise SupplementOfNothing()
    if given.signed_on > tx.today:
        raise SignedInFuture()
    found = await repository.place(tx, contract_id)
    if found is None:
        raise NotFound()
    region = await funding.arrangeable(tx, found["project_id"])
    entry = {**given.model_dump(), "id": new_id(), "contract_id": contract_id}
    document = Document("supplement", entry["id"], region, given.signed_on)
    if given.amount > 0:
        await _bind(tx, document, contract_id, found["project_id"], given.amount)
    else:
        await _release(tx, document, contract_id, found["project_id"], -given.amount)
    await repository.add_supplement(tx, {**entry, "region_code": region})
    await record(tx, "contract.supplemented", f"contract/{contract_id}", {"amount": str(given.amount)})
    return entry | {"created_at": tx.now.astimezone(UTC)}


async def _bind(
    tx: Transaction, document: Document, contract_id: UUID, project_id: UUID, amount: Decimal
) -> None:
    parts = await funding.lock_parts(tx, project_id, document.on or tx.today)
    shares = funding.divide(amount, parts, [part.free for part in parts])
    await funding.change(tx, project_id, shares, {"committed": 1})
    amounts = {share.allocation_id: share.amount for share in shares}
    await repository.add_to_parts(tx, contract_id, document.region, amounts)
    await book(tx, document, _moves(contract_id, project_id, amounts))


async def _release(
    tx: Transaction, document: Document, contract_id: UUID, project_id: UUID, amount: Decimal
) -> None:
    """Give back to the project, from the contract's last part first."""
    await funding.lock_parts(tx, project_id, document.on or tx.today)
    parts = await repository.lock_parts(tx, contract_id)
    free = {allocation_id: part["amount"] - part["used"] for allocation_id, part in reversed(parts.items())}
    taken = split(amount, list(free.values()))
    if taken is None:
        raise InsufficientAllocation(sum(free.values(), Decimal("0.00")), of="contract")
    amounts = {allocation_id: -each for allocation_id, each in zip(free, taken, strict=True) if each}
    shares = [Share(allocation_id, each) for allocation_id, each in amounts.items()]
    await repository.change_parts(tx, contract_id, {each: {"amount": amounts[each]} for each in amounts})
    await funding.change(tx, project_id, shares, {"committed": 1})
    await book(tx, document, _moves(contract_id, project_id, amounts))


def _moves(contract_id: UUID, project_id: UUID, amounts: Mapping[UUID, Decimal]) -> list[Move]:
    return [
        Move(project_account(project_id, allocation_id), contract_account(contract_id, allocation_id), amount)
        for allocation_id, amount in amounts.items()
    ]


async def find_contract(tx: Transaction, contract_id: UUID) -> dict[str, Any]:
    """Raises ``NotFound`` also for a contract outside the reach."""
    row = await repository.contract(tx, contract_id)
    if row is None:
        raise NotFound()
    return dict(row)


async def contract_with_supplements(tx: Transaction, contract_id: UUID) -> dict[str, Any]:
    found = await find_contract(tx, contract_id)
    rows = await repository.supplements(tx, contract_id)
    return found | {"supplements": [dict(row) for row in rows]}


async def list_contracts(
    tx: Transaction, paging: Paging, *, project_id: UUID | None, region: str | None
) -> dict[str, Any]:
    reach = region_range(region) if region else None
    rows = await repository.contracts(tx, project_id, reach, paging.after_id(), paging.limit + 1)
    return page([dict(row) for row in rows], paging, lambda row: [row["id"]])


async def check_project(tx: Transaction, contract_id: UUID, project_id: UUID) -> None:
    """Raises ``NotFound``, ``ContractOfAnotherProject``."""
    found = await repository.place(tx, contract_id)
    if found is None:
        raise NotFound()
    if found["project_id"] != project_id:
        raise ContractOfAnotherProject()


async def draw(
    tx: Transaction, contract_id: UUID, project_id: UUID, amount: Decimal, use: Use, on: date
) -> list[Share]:
    """Take money out of what the contract binds, as ``funding.draw`` does out of what is free.

    Raises ``InsufficientAllocation`` with what is left of the contract, ``YearClosed``.
    """
    parts = await funding.lock_parts(tx, project_id, on)
    bound = await repository.lock_parts(tx, contract_id)
    left = [
        bound[part.allocation_id]["amount"] - bound[part.allocation_id]["used"]
        if part.allocation_id in bound
        else funding.NOTHING
        for part in parts
    ]
    shares = funding.divide(amount, parts, left, of="contract")
    await funding.change(tx, project_id, shares, {use: 1, "committed": -1})
    await use_more(tx, contract_id, shares)
    return shares


async def use_more(tx: Transaction, contract_id: UUID, shares: Sequence[Share]) -> None:
    """Count what was used of the contract; negative shares give back."""
    changes = {share.allocation_id: {"used": share.amount} for share in shares}
    await repository.change_parts(tx, contract_id, changes)


async def carry(tx: Transaction, document: Document, allocation_id: UUID, to: UUID) -> dict[UUID, Decimal]:
    """Move what every contract has left of an allocation to another one; what that is, by project.

    The projects' parts are held.
    """
    carried: dict[UUID, Decimal] = {}
    moves = []
    for part in await repository.parts_of_allocation(tx, allocation_id):
        if not part["free"]:
            continue
        contract_id, amount = part["contract_id"], part["free"]
        await repository.change_parts(tx, contract_id, {allocation_id: {"amount": -amount}})
        await repository.add_to_parts(tx, contract_id, part["region_code"], {to: amount})
        moves.append(
            Move(contract_account(contract_id, allocation_id), contract_account(contract_id, to), amount)
        )
        carried[part["project_id"]] = carried.get(part["project_id"], funding.NOTHING) + amount
    await book(tx, document, moves)
    return carried
