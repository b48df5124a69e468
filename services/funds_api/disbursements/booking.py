"""The money of a batch: held when it is approved, then paid or given back by entries (policy.md, Funds)."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.funds_api.ledger.service import (
    Document,
    Move,
    allocation_account,
    book,
    held_account,
    project_account,
    spent_account,
)
from services.funds_api.projects import service as projects
from services.funds_api.sources import service as sources
from services.funds_api.sources.service import Share
from shared.db import Transaction


async def hold(tx: Transaction, batch: RowMapping) -> Sequence[Share]:
    """Have nobody else spend the total of a batch. Raises ``InsufficientAllocation``."""
    if batch["project_id"] is not None:
        shares = await projects.draw(tx, batch["project_id"], batch["total"], sources.HELD)
    else:
        shares = [Share(batch["allocation_id"], batch["total"])]
        await sources.budget(tx, shares)
    moves = [Move(_origin(batch, s.allocation_id), held_account(s.allocation_id), s.amount) for s in shares]
    await _book(tx, batch, moves)
    await sources.use(tx, shares, sources.HELD, tx.today)
    return shares


async def settle(tx: Transaction, batch: RowMapping, shares: Sequence[Share], paid_on: date) -> None:
    """The bank has paid so much on a day."""
    if batch["project_id"] is not None:
        await projects.change(tx, batch["project_id"], shares, sources.SETTLED)
    moves = [
        Move(held_account(s.allocation_id), spent_account(s.allocation_id, retention=False), s.amount)
        for s in shares
    ]
    await _book(tx, batch, moves)
    await sources.use(tx, shares, sources.SETTLED, paid_on)


async def release(tx: Transaction, batch: RowMapping, shares: Sequence[Share]) -> None:
    """The bank has rejected so much: it may be spent again."""
    directly = batch["project_id"] is None
    if not directly:
        await projects.change(tx, batch["project_id"], shares, sources.RELEASED)
    moves = [Move(held_account(s.allocation_id), _origin(batch, s.allocation_id), s.amount) for s in shares]
    await _book(tx, batch, moves)
    await sources.use(tx, shares, sources.RELEASED_DIRECTLY if directly else sources.RELEASED, tx.today)


def _origin(batch: RowMapping, allocation_id: UUID) -> str:
    if batch["project_id"] is None:
        return allocation_account(allocation_id)
    return project_account(batch["project_id"], allocation_id)


async def _book(tx: Transaction, batch: Any, moves: Sequence[Move]) -> None:
    await book(tx, Document("disbursement", batch["id"], batch["region_code"]), moves)
