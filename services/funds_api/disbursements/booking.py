"""The money of a batch: held when it is approved, then paid or given back by entries (policy.md, Funds)."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.engine import RowMapping

from services.funds_api.ledger import years
from services.funds_api.ledger.service import Document, Move, allocation_account, book, use_account
from services.funds_api.projects import funding
from services.funds_api.sources import service as sources
from services.funds_api.sources.service import Share
from shared.db import Transaction


async def hold(tx: Transaction, batch: RowMapping) -> Sequence[Share]:
    """Have nobody else spend the total of a batch. Raises ``InsufficientAllocation``, ``YearClosed``."""
    project_id, document = batch["project_id"], _document(batch, tx.today)
    if project_id is not None:
        shares = await funding.draw(tx, project_id, batch["total"], "held", tx.today)
        await funding.book_use(tx, document, project_id, shares, "held")
        return shares
    shares = [Share(batch["allocation_id"], batch["total"])]
    await sources.require_open(tx, {batch["allocation_id"]})
    await sources.budget(tx, shares)
    await _book_directly(tx, document, shares)
    return shares


async def settle(tx: Transaction, batch: RowMapping, shares: Sequence[Share], paid_on: date) -> None:
    """The bank has paid so much on a day. Raises ``YearClosed`` where that day lies in a closed year."""
    project_id, document = batch["project_id"], _document(batch, paid_on)
    if project_id is not None:
        await years.hold_all(tx, paid_on)
        await funding.shift(tx, project_id, shares, {"paid": 1, "held": -1})
        await funding.book_shift(tx, document, project_id, shares, "held", "paid")
        return
    await years.require_open(tx, paid_on.year)
    moves = [
        Move(use_account("held", s.allocation_id), use_account("paid", s.allocation_id), s.amount)
        for s in shares
    ]
    await book(tx, document, moves)
    await sources.count_use(tx, shares, {"paid": 1, "held": -1}, paid_on)


async def release(tx: Transaction, batch: RowMapping, shares: Sequence[Share]) -> None:
    """The bank has rejected so much: it may be spent again."""
    project_id, document = batch["project_id"], _document(batch, tx.today)
    back = [Share(share.allocation_id, -share.amount) for share in shares]
    if project_id is not None:
        await years.hold_all(tx, tx.today)
        await funding.shift(tx, project_id, back, {"held": 1})
        await funding.book_use(tx, document, project_id, back, "held")
        return
    await sources.hold_years(tx, {share.allocation_id for share in shares})
    await _book_directly(tx, document, back)
    await sources.budget(tx, back)


async def _book_directly(tx: Transaction, document: Document, shares: Sequence[Share]) -> None:
    """What is held of an allocation without a project."""
    moves = [
        Move(allocation_account(s.allocation_id), use_account("held", s.allocation_id), s.amount)
        for s in shares
    ]
    await book(tx, document, moves)
    await sources.count_use(tx, shares, {"held": 1}, tx.today)


def _document(batch: RowMapping, on: date) -> Document:
    return Document("disbursement", batch["id"], batch["region_code"], on)
