"""The money of projects: arranged from allocations, bound by contracts, used, given back (policy.md, Funds).

Whoever pays out of a project calls ``payable``, then ``draw`` (or a contract's own), writes its document, and last
``book_use``: the allocation's row is shared by all its projects and is held until the commit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from services.funds_api.ledger import years
from services.funds_api.ledger.errors import YearClosed
from services.funds_api.ledger.service import (
    Document,
    Move,
    Use,
    allocation_account,
    book,
    project_account,
    use_account,
)
from services.funds_api.projects import funding_repository as repository
from services.funds_api.projects.errors import ProjectNotStarted, ProjectSuspended, ProjectTerminated
from services.funds_api.projects.repository import state
from services.funds_api.projects.rules import ARRANGEABLE, PAYABLE, split
from services.funds_api.sources import service as sources
from services.funds_api.sources.errors import InsufficientAllocation
from services.funds_api.sources.service import Share
from shared.db.transaction import Transaction
from shared.errors import NotFound

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Part:
    """What a project has left of one allocation: ``free`` is not bound by a contract, ``committed`` is."""

    allocation_id: UUID
    year: int | None
    closed: bool
    free: Decimal
    committed: Decimal


async def payable(tx: Transaction, project_id: UUID) -> str:
    """The region of a project that may be paid for; it stays so until the transaction ends.

    Raises ``NotFound``, ``ProjectNotStarted``, ``ProjectSuspended``, ``ProjectTerminated``.
    """
    return await _in_state(tx, project_id, PAYABLE)


async def arrangeable(tx: Transaction, project_id: UUID) -> str:
    """The same for a project that contracts may be made for."""
    return await _in_state(tx, project_id, ARRANGEABLE)


async def _in_state(tx: Transaction, project_id: UUID, states: frozenset[str]) -> str:
    found = await state(tx, project_id, "FOR SHARE")
    if found is None:
        raise NotFound()
    if found["state"] not in states:
        refusals = {"suspended": ProjectSuspended, "terminated": ProjectTerminated}
        raise refusals.get(found["state"], ProjectNotStarted)()
    return str(found["region_code"])


async def lock_parts(tx: Transaction, project_id: UUID, on: date) -> list[Part]:
    """Hold the years and then the parts of a project, in their order. ``on``: the day of what is to be booked.

    Raises ``YearClosed`` where that day lies in a closed year.
    """
    is_open = await years.hold_all(tx, on)
    return [
        Part(
            row["allocation_id"],
            row["year"],
            # What lies outside the reach has no year here: whoever uses it is told that it is not found.
            row["year"] is not None and row["year"] not in is_open,
            row["free"],
            row["committed"],
        )
        for row in await repository.lock_parts(tx, project_id)
    ]


def divide(
    amount: Decimal,
    parts: Sequence[Part],
    left: Sequence[Decimal],
    *,
    of: Literal["contract"] | None = None,
) -> list[Share]:
    """Take ``amount`` out of what is ``left`` of the parts, the first first; closed years give nothing.

    Raises ``InsufficientAllocation`` with what is left of the open ones together, ``YearClosed`` where a closed year
    has what is missing.
    """
    usable = [NOTHING if part.closed else each for part, each in zip(parts, left, strict=True)]
    taken = split(amount, usable)
    if taken is None:
        if split(amount, left) is not None:
            closed = {part.year for part, each in zip(parts, left, strict=True) if part.closed and each}
            raise YearClosed(year for year in closed if year is not None)
        raise InsufficientAllocation(sum(usable, NOTHING), of=of)
    return [Share(part.allocation_id, each) for part, each in zip(parts, taken, strict=True) if each]


async def draw(tx: Transaction, project_id: UUID, amount: Decimal, use: Use, on: date) -> list[Share]:
    """Take money out of the project's parts, the first listed first, for ``use`` on a day.

    Raises ``InsufficientAllocation`` with what is left of all parts together, ``YearClosed``.
    """
    parts = await lock_parts(tx, project_id, on)
    shares = divide(amount, parts, [part.free for part in parts])
    await change(tx, project_id, shares, {use: 1})
    return shares


async def change(
    tx: Transaction, project_id: UUID, shares: Sequence[Share], factors: Mapping[str, int]
) -> None:
    """Add each share times the factor of each column to the project's parts; ``factors``: uses, ``committed``,
    ``amount``. The database refuses what does not fit."""
    await repository.change_parts(
        tx,
        project_id,
        {
            share.allocation_id: {column: share.amount * factor for column, factor in factors.items()}
            for share in shares
        },
    )


async def shift(
    tx: Transaction, project_id: UUID, shares: Sequence[Share], factors: Mapping[str, int]
) -> None:
    """Change uses that were drawn before: a release, a receipt, a reversal. ``years.hold_all`` comes first; a year
    that the money came from may be closed."""
    await repository.lock_parts(tx, project_id)
    await change(tx, project_id, shares, factors)


async def book_use(
    tx: Transaction,
    document: Document,
    project_id: UUID,
    shares: Sequence[Share],
    use: Use,
    accounts: Sequence[str] | None = None,
) -> None:
    """Write the entries of what ``draw`` took and count it at the allocations. Negative shares give back.

    ``document.on`` is the day on which it counts; ``accounts``: where each share comes from, if not from the
    project's own account (a contract's).
    """
    credited = accounts or [project_account(project_id, share.allocation_id) for share in shares]
    moves = [
        Move(account, use_account(use, share.allocation_id, project_id), share.amount)
        for account, share in zip(credited, shares, strict=True)
    ]
    await book(tx, document, moves)
    await sources.count_use(tx, shares, {use: 1}, document.on or tx.today)


async def book_shift(
    tx: Transaction, document: Document, project_id: UUID, shares: Sequence[Share], before: Use, after: Use
) -> None:
    """Write the entries of what goes from one use to another, and count it at the allocations."""
    moves = [
        Move(
            use_account(before, share.allocation_id, project_id),
            use_account(after, share.allocation_id, project_id),
            share.amount,
        )
        for share in shares
    ]
    await book(tx, document, moves)
    await sources.count_use(tx, shares, {after: 1, before: -1}, document.on or tx.today)


async def arrange(tx: Transaction, document: Document, project_id: UUID, shares: Sequence[Share]) -> None:
    """Promise the project more of allocations, or give back what is free of it (negative), with the entries.

    The project's row and parts are held. Raises ``InsufficientAllocation``, ``NotFound``.
    """
    await sources.budget(tx, shares)
    moves = [
        Move(
            allocation_account(share.allocation_id),
            project_account(project_id, share.allocation_id),
            share.amount,
        )
        for share in shares
    ]
    await book(tx, document, moves)


async def left_of(tx: Transaction, allocation_id: UUID) -> dict[UUID, Part]:
    """What every project has left of an allocation, by project, held until the transaction ends. Its year is taken."""
    rows = await repository.parts_of_allocation(tx, allocation_id)
    return {
        row["project_id"]: Part(allocation_id, None, False, row["free"], row["committed"])
        for row in rows
        if row["free"] or row["committed"]
    }


async def carry(
    tx: Transaction, document: Document, parts: Mapping[UUID, Part], to: UUID, bound: Mapping[UUID, Decimal]
) -> None:
    """Move what projects have left of an allocation to another one; ``bound``: what went with their contracts."""
    moves = []
    for project_id, part in parts.items():
        if part.committed != bound.get(project_id, NOTHING):
            raise RuntimeError(f"project {project_id} binds other than its contracts do")
        found = await state(tx, project_id)
        if found is None:
            raise NotFound()
        left = part.free + part.committed
        await repository.change_parts(
            tx, project_id, {part.allocation_id: {"amount": -left, "committed": -part.committed}}
        )
        await repository.add_to_part(
            tx,
            {
                "project_id": project_id,
                "allocation_id": to,
                "region_code": found["region_code"],
                "amount": left,
                "committed": part.committed,
            },
        )
        moves.append(
            Move(project_account(project_id, part.allocation_id), project_account(project_id, to), part.free)
        )
    await book(tx, document, moves)
