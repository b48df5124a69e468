"""Paying out of a project's allocations, and taking a payment back. Both are entries (policy.md, Funds)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from services.funds_api.ledger.service import Document, Move, book, project_account, spent_account
from services.funds_api.payments import payees, repository
from services.funds_api.payments.errors import AlreadyReversed, PaidInFuture, ReversalOfReversal
from services.funds_api.payments.schemas import PaymentIn, ReversalIn
from services.funds_api.projects import service as projects
from services.funds_api.sources import service as sources
from services.funds_api.sources.service import Share
from shared.audit import record
from shared.db.identifiers import new_id
from shared.db.transaction import Transaction
from shared.errors import NotFound
from shared.identifiers.regions import region_range
from shared.pagination.cursors import Paging, page

Kind = Literal["payment", "reversal"]


async def pay(tx: Transaction, given: PaymentIn) -> dict[str, Any]:
    """Record a payment of a project that has started.

    Raises ``InsufficientAllocation`` beyond what the project's allocations leave, however many pay at once.
    """
    if given.paid_on > tx.today:
        raise PaidInFuture()
    # Before the first statement: making a county's first key takes a connection of its own.
    sealer = await tx.sealer()
    region = await projects.payable(tx, given.project_id)
    payment_id = new_id()
    # Whatever needs no share of the money comes before its rows are held, until the commit.
    await _told(tx, "payment", payment_id, given.amount)
    sealed = payees.seal(sealer, tx.county, payment_id, given.payee)
    shares = await projects.draw(tx, given.project_id, given.amount, retention=given.retention)
    values = given.model_dump() | {"id": payment_id, "region_code": region, "payee_sealed": sealed}
    await repository.add_payment(tx, values, shares)
    await _book(tx, "payment", values, shares)
    return _as_recorded(tx, values, given.payee, shares)


async def reverse(tx: Transaction, payment_id: UUID, given: ReversalIn) -> dict[str, Any]:
    """Take a payment back, once: as if it had never been paid.

    Raises ``AlreadyReversed``, ``ReversalOfReversal``.
    """
    sealer = await tx.sealer()
    found = await repository.payment(tx, payment_id)
    if found is None:
        raise NotFound()
    if found["reversal_of"] is not None:
        raise ReversalOfReversal()
    payee = await payees.open_payee(tx, found)
    reversal_id = new_id()
    values = {
        name: found[name] for name in ("project_id", "region_code", "paid_on", "reference", "retention")
    }
    values |= {
        "id": reversal_id,
        "amount": -found["amount"],
        "payee_sealed": payees.seal(sealer, tx.county, reversal_id, payee),
        "reversal_of": payment_id,
        "reason": given.reason,
    }
    shares = [
        Share(UUID(share["allocation_id"]), -Decimal(share["amount"])) for share in found["allocations"]
    ]
    if not await repository.add_payment(tx, values, shares):
        raise AlreadyReversed()
    await _told(tx, "reversal", reversal_id, values["amount"])
    await projects.give_back(tx, found["project_id"], shares, retention=found["retention"])
    await _book(tx, "reversal", values, shares)
    return _as_recorded(tx, values, payee, shares)


def _as_recorded(
    tx: Transaction, values: Mapping[str, Any], payee: str, shares: Sequence[Share]
) -> dict[str, Any]:
    """The entry as a reader would find it, without reading: allocations are held until the commit."""
    ordered = sorted(shares, key=lambda share: share.allocation_id)
    read: dict[str, Any] = {"reversal_of": None, "reason": None, "reversed": False, "version": 1}
    read |= {"created_at": tx.now.astimezone(UTC), "allocations": [asdict(share) for share in ordered]}
    return {**read, **values, "payee": payee}


async def find_payment(tx: Transaction, payment_id: UUID) -> dict[str, Any]:
    """Raises ``NotFound`` also for a payment outside the reach."""
    await _have_keys(tx)
    row = await repository.payment(tx, payment_id)
    if row is None:
        raise NotFound()
    (shown,) = await payees.opened(tx, [row])
    return shown


async def list_payments(
    tx: Transaction, paging: Paging, *, project_id: UUID | None, region: str | None
) -> dict[str, Any]:
    await _have_keys(tx)
    reach = region_range(region) if region else None
    rows = await repository.payments(tx, project_id, reach, paging.after_id(), paging.limit + 1)
    return page(await payees.opened(tx, rows), paging, lambda row: [row["id"]])


async def _have_keys(tx: Transaction) -> None:
    """Before the first statement, so that nobody holds one connection while it waits for another."""
    if tx.reach.county is not None:
        await tx.sealer()


async def _told(tx: Transaction, kind: Kind, payment_id: UUID, amount: Decimal) -> None:
    await record(tx, f"{kind}.recorded", f"payment/{payment_id}", {"amount": str(amount)})


async def _book(
    tx: Transaction,
    kind: Kind,
    values: Mapping[str, Any],
    shares: Sequence[Share],
) -> None:
    retention = values["retention"]
    moves = [
        Move(
            project_account(values["project_id"], share.allocation_id),
            spent_account(share.allocation_id, retention=retention),
            share.amount,
        )
        for share in shares
    ]
    await book(tx, Document(kind, values["id"], values["region_code"]), moves)
    # Last: the allocation's row is shared by all its projects, and is held until the commit.
    await sources.spend(tx, shares, values["paid_on"], retention=retention)
