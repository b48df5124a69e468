"""What the bank says of each item: paid or rejected (policy.md, Funds). Every item is answered once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.funds_api.disbursements import booking, repository
from services.funds_api.disbursements.errors import InvalidReceipts, ReceiptsConflict
from services.funds_api.disbursements.rules import ANSWERABLE, MOST_ERRORS, Errors, take_in_order
from services.funds_api.disbursements.service import find, illegal
from services.funds_api.sources.service import Share
from shared import audit
from shared.contracts.events import DISBURSEMENT_SETTLED
from shared.db import Transaction
from shared.errors import FieldError, NotFound
from shared.outbox import Event, emit

Status = Literal["paid", "rejected"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """``paid_on`` of what was paid, ``reason`` of what was rejected; ``reference``: the bank's own number."""

    item_id: UUID
    status: Status
    paid_on: date | None
    reason: str | None
    reference: str | None


async def take(tx: Transaction, disbursement_id: UUID, receipts: Sequence[Receipt]) -> dict[str, Any]:
    """Record all of them or none; what was answered so before stays as it is.

    Raises ``NotFound``, ``IllegalTransition`` before the approval, ``InvalidReceipts`` (a receipt of another batch, a
    day after today), ``ReceiptsConflict`` where an item was answered otherwise.
    """
    batch = await repository.disbursement(tx, disbursement_id, lock=True)
    if batch is None:
        raise NotFound()
    if batch["state"] not in ANSWERABLE | {"settled"}:
        raise illegal(batch["state"])
    new = await _judged(tx, batch, receipts)
    answered: Sequence[Any] = ()
    if new:
        said = [(each.item_id, each.status, each.reason, each.paid_on, each.reference) for each in new]
        answered = await repository.answer(tx, disbursement_id, said)
        await _book(tx, batch, answered)
        await _count(tx, batch, answered)
    found = await find(tx, disbursement_id)
    if found["state"] == "settled" and batch["state"] != "settled":
        await _tell_settled(tx, found)
    return {**found, "accepted": len(answered), "unchanged": len(receipts) - len(answered)}


async def _judged(tx: Transaction, batch: RowMapping, receipts: Sequence[Receipt]) -> list[Receipt]:
    """Those that say something new."""
    known = await repository.known_items(tx, batch["id"], [receipt.item_id for receipt in receipts])
    errors, conflicts = Errors(), []
    new: dict[UUID, Receipt] = {}
    for place, receipt in enumerate(receipts):
        if receipt.item_id not in known:
            message = "本批次没有这一项，请核对是否为另一批次的回执"
            errors.at(place, "item_id", "receipt_of_another_batch", message)
            continue
        state, _ = known[receipt.item_id]
        said = new.get(receipt.item_id)
        if receipt.paid_on is not None and receipt.paid_on > tx.today:
            errors.at(place, "paid_on", "date_in_future", f"支付日期 {receipt.paid_on} 晚于今天，请核对")
        elif (said is not None and said.status != receipt.status) or state not in ("waiting", receipt.status):
            message = f"该项已登记为 {said.status if said else state}"
            conflicts.append(FieldError(f"/items/{place}/status", "receipt_conflicts", message))
        elif state == "waiting":
            new.setdefault(receipt.item_id, receipt)
    if errors.count:
        raise InvalidReceipts(errors=errors.found)
    if conflicts:
        raise ReceiptsConflict(errors=conflicts[:MOST_ERRORS])
    return list(new.values())


async def _book(tx: Transaction, batch: RowMapping, answered: Sequence[Any]) -> None:
    """What was held is paid, day by day, or given back; the first allocation is used up first."""
    paid: defaultdict[date, Decimal] = defaultdict(Decimal)
    rejected = Decimal(0)
    for row in answered:
        if row["state"] == "paid":
            paid[row["paid_on"]] += row["amount"]
        else:
            rejected += row["amount"]
    shares = await repository.open_shares(tx, batch["id"])
    left = [share["left"] for share in shares]
    ids = [share["allocation_id"] for share in shares]
    for paid_on, amount in sorted(paid.items()):
        taken = take_in_order(amount, left)
        left = [had - took for had, took in zip(left, taken, strict=True)]
        await booking.settle(tx, batch, _shares(ids, taken), paid_on)
        await _use(tx, batch["id"], "paid", ids, taken)
    if rejected:
        taken = take_in_order(rejected, left)
        await booking.release(tx, batch, _shares(ids, taken))
        await _use(tx, batch["id"], "released", ids, taken)


def _shares(ids: Sequence[UUID], taken: Sequence[Decimal]) -> list[Share]:
    return [Share(id_, amount) for id_, amount in zip(ids, taken, strict=True) if amount]


async def _use(
    tx: Transaction,
    batch_id: UUID,
    how: Literal["paid", "released"],
    ids: Sequence[UUID],
    taken: Sequence[Decimal],
) -> None:
    nothing = {"paid": Decimal(0), "released": Decimal(0)}
    used = [
        {**nothing, how: amount, "allocation_id": id_}
        for id_, amount in zip(ids, taken, strict=True)
        if amount
    ]
    await repository.use_shares(tx, batch_id, used)


async def _count(tx: Transaction, batch: RowMapping, answered: Sequence[Any]) -> None:
    counted: dict[str, Any] = {}
    for state in ("paid", "rejected"):
        amounts = [row["amount"] for row in answered if row["state"] == state]
        counted |= {f"{state}_count": len(amounts), f"{state}_total": sum(amounts, Decimal(0))}
    await repository.count_answers(tx, batch["id"], counted)
    detail = {name: str(value) for name, value in counted.items()}
    await audit.record(tx, "disbursement.answered", f"disbursement/{batch['id']}", detail)


async def _tell_settled(tx: Transaction, batch: dict[str, Any]) -> None:
    data = {
        "disbursement_id": batch["id"],
        "project_id": batch["project_id"],
        "allocation_id": batch["allocation_id"],
        "paid_count": batch["paid_count"],
        "paid_total": f"{batch['paid_total']:.2f}",
        "rejected_count": batch["rejected_count"],
        "rejected_total": f"{batch['rejected_total']:.2f}",
    }
    event = Event(f"disbursement/{batch['id']}", batch["version"], data)
    await emit(tx, DISBURSEMENT_SETTLED, [event])
