"""Paying out of a project's allocations, and taking a payment back. Both are entries (policy.md, Funds)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.funds_api.contracts import service as contracts
from services.funds_api.ledger import years
from services.funds_api.ledger.service import Document, contract_account
from services.funds_api.payments import payees, repository
from services.funds_api.payments.errors import (
    AlreadyReversed,
    NotRetained,
    NotTransferred,
    PaidBeforeHeld,
    PaidInFuture,
    RetentionOfUnit,
    ReversalOfReversal,
    SettledAlready,
)
from services.funds_api.payments.rules import use_of
from services.funds_api.payments.schemas import OnwardPaymentIn, PaymentIn, ReleaseIn, ReversalIn
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
from shared.parameters import parameter


async def pay(tx: Transaction, given: PaymentIn) -> dict[str, Any]:
    """Record a payment of a project that has started, or a transfer to a unit that is to pay it on.

    Raises ``InsufficientAllocation`` beyond what the project's allocations or its contract leave, however many pay
    at once; ``YearClosed``.
    """
    if given.paid_on > tx.today:
        raise PaidInFuture()
    if given.retention and given.payee_kind == "unit":
        raise RetentionOfUnit()
    # Before the first statement: making a county's first key takes a connection of its own.
    sealer = await tx.sealer()
    region = await funding.payable(tx, given.project_id)
    if given.contract_id is not None:
        await contracts.check_project(tx, given.contract_id, given.project_id)
    rule = await parameter(tx, "counts_as_spent")
    use = use_of(given.payee_kind, given.retention, rule.value)
    payment_id = new_id()
    # Whatever needs no share of the money comes before its rows are held, until the commit.
    await _told(tx, "payment", payment_id, given.amount)
    sealed = payees.seal(sealer, tx.county, payment_id, given.payee)
    if given.contract_id is None:
        shares = await funding.draw(tx, given.project_id, given.amount, use, given.paid_on)
    else:
        shares = await contracts.draw(
            tx, given.contract_id, given.project_id, given.amount, use, given.paid_on
        )
    values = given.model_dump() | {"id": payment_id, "region_code": region, "payee_sealed": sealed}
    values |= {"use": use, "rule_version": rule.version}
    await repository.add_payment(tx, values, shares)
    if use != "paid":
        await repository.add_outstanding(tx, values)
    document = Document("payment", payment_id, region, given.paid_on)
    accounts = _accounts(given.contract_id, shares)
    await funding.book_use(tx, document, given.project_id, shares, use, accounts)
    return _as_recorded(tx, values, given.payee, shares)


async def release(tx: Transaction, payment_id: UUID, given: ReleaseIn) -> dict[str, Any]:
    """Pay out retention money (质保金) that is retained, in whole or in part: it counts as spent now.

    Raises ``NotRetained``, ``AlreadyReversed``, ``InsufficientAllocation`` beyond what is still retained.
    """
    sealer = await tx.sealer()
    found = await _outstanding(tx, payment_id, given)
    if found["use"] != "retained":
        raise NotRetained()
    payee = await payees.open_payee(tx, found)
    amount = given.amount or await repository.outstanding(tx, payment_id)
    if not amount:
        raise InsufficientAllocation(Decimal("0.00"), of="held")
    told = {"payee_kind": found["payee_kind"], "reference": given.reference, "paid_on": given.paid_on}
    settlement_id = new_id()
    sealed = payees.seal(sealer, tx.county, settlement_id, payee)
    return await _settle(tx, found, told | {"id": settlement_id, "payee_sealed": sealed}, amount, payee)


async def pay_on(tx: Transaction, payment_id: UUID, given: OnwardPaymentIn) -> dict[str, Any]:
    """What a unit has paid out of a transfer: it counts as spent now.

    Raises ``NotTransferred``, ``AlreadyReversed``, ``InsufficientAllocation`` beyond what the unit still has.
    """
    sealer = await tx.sealer()
    found = await _outstanding(tx, payment_id, given)
    if found["use"] != "transferred":
        raise NotTransferred()
    settlement_id = new_id()
    sealed = payees.seal(sealer, tx.county, settlement_id, given.payee)
    told = given.model_dump(exclude={"amount", "payee"}) | {"id": settlement_id, "payee_sealed": sealed}
    return await _settle(tx, found, told, given.amount, given.payee)


async def _outstanding(tx: Transaction, payment_id: UUID, given: ReleaseIn | OnwardPaymentIn) -> RowMapping:
    if given.paid_on > tx.today:
        raise PaidInFuture()
    found = await repository.payment(tx, payment_id)
    if found is None:
        raise NotFound()
    if found["reversal_of"] is not None:
        raise ReversalOfReversal()
    if found["reversed"]:
        raise AlreadyReversed()
    if given.paid_on < found["paid_on"]:
        raise PaidBeforeHeld()
    return found


async def _settle(
    tx: Transaction, former: RowMapping, told: Mapping[str, Any], amount: Decimal, payee: str
) -> dict[str, Any]:
    # The years come before the row of the payment, as everywhere.
    values = {
        name: former[name]
        for name in ("project_id", "contract_id", "region_code", "rule_version", "retention")
    }
    values |= {**told, "amount": amount, "use": "paid", "settles": former["id"]}
    await _told(tx, "settlement", values["id"], amount)
    await years.hold_all(tx, values["paid_on"])
    if not await repository.settle(tx, former["id"], amount):
        raise InsufficientAllocation(await repository.outstanding(tx, former["id"]), of="held")
    left = await repository.shares_left(tx, former["id"])
    taken = split(amount, [each["free"] for each in left])
    if taken is None:
        raise RuntimeError(f"payment {former['id']} holds more than its shares do")
    shares = [Share(each["allocation_id"], part) for each, part in zip(left, taken, strict=True) if part]
    await funding.shift(tx, former["project_id"], shares, {"paid": 1, former["use"]: -1})
    await repository.add_payment(tx, values, shares)
    document = Document("settlement", values["id"], values["region_code"], values["paid_on"])
    await funding.book_shift(tx, document, former["project_id"], shares, former["use"], "paid")
    return _as_recorded(tx, values, payee, shares)


async def reverse(tx: Transaction, payment_id: UUID, given: ReversalIn) -> dict[str, Any]:
    """Take a payment back, once: as if it had never been paid. What was settled is outstanding again.

    Raises ``AlreadyReversed``, ``ReversalOfReversal``, ``SettledAlready``, ``YearClosed`` where its day lies in a
    closed year.
    """
    sealer = await tx.sealer()
    found = await repository.payment(tx, payment_id)
    if found is None:
        raise NotFound()
    if found["reversal_of"] is not None:
        raise ReversalOfReversal()
    await years.hold_all(tx, found["paid_on"])
    payee = await payees.open_payee(tx, found)
    reversal_id = new_id()
    copied = (
        "project_id", "contract_id", "region_code", "paid_on", "payee_kind", "reference", "retention", "use",
        "rule_version", "settles",
    )  # fmt: skip
    values = {name: found[name] for name in copied} | {
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
    document = Document("reversal", reversal_id, found["region_code"], found["paid_on"])
    if found["settles"] is not None:
        await _hold_again(tx, document, found, shares)
    else:
        await _give_back(tx, document, found, shares)
    return _as_recorded(tx, values, payee, shares)


async def _give_back(tx: Transaction, document: Document, found: RowMapping, shares: Sequence[Share]) -> None:
    """To the project, or to the contract that it was paid by."""
    project_id, contract_id, use = found["project_id"], found["contract_id"], found["use"]
    if use != "paid" and not await repository.let_go(tx, found["id"]):
        raise SettledAlready()
    bound = {"committed": -1} if contract_id is not None else {}
    await funding.shift(tx, project_id, shares, {use: 1, **bound})
    if contract_id is not None:
        await contracts.use_more(tx, contract_id, shares)
    await funding.book_use(tx, document, project_id, shares, use, _accounts(contract_id, shares))


async def _hold_again(
    tx: Transaction, document: Document, found: RowMapping, shares: Sequence[Share]
) -> None:
    """What a release or a unit's payment settled is outstanding again."""
    former = await repository.payment(tx, found["settles"])
    if former is None or not await repository.settle(tx, found["settles"], -found["amount"]):
        raise NotFound()
    await funding.shift(tx, found["project_id"], shares, {"paid": 1, former["use"]: -1})
    await funding.book_shift(tx, document, found["project_id"], shares, former["use"], "paid")


def _accounts(contract_id: UUID | None, shares: Sequence[Share]) -> list[str] | None:
    """The accounts that a payment comes from, where those are not the project's own."""
    if contract_id is None:
        return None
    return [contract_account(contract_id, share.allocation_id) for share in shares]


def _as_recorded(
    tx: Transaction, values: Mapping[str, Any], payee: str, shares: Sequence[Share]
) -> dict[str, Any]:
    """The entry as a reader would find it, without reading: allocations are held until the commit."""
    ordered = sorted(shares, key=lambda share: share.allocation_id)
    read: dict[str, Any] = {"contract_id": None, "settles": None, "reversal_of": None, "reason": None}
    read |= {"reversed": False, "version": 1, "counted": values["use"] == "paid"}
    is_outstanding = values["use"] != "paid" and values.get("reversal_of") is None
    read |= {"outstanding": values["amount"] if is_outstanding else None}
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
    tx: Transaction, paging: Paging, *, region: str | None, filters: Mapping[str, Any]
) -> dict[str, Any]:
    """``filters``: project_id, contract_id, settles, outstanding."""
    await _have_keys(tx)
    reach = region_range(region) if region else None
    rows = await repository.payments(tx, filters, reach, paging.after_id(), paging.limit + 1)
    return page(await payees.opened(tx, rows), paging, lambda row: [row["id"]])


async def _have_keys(tx: Transaction) -> None:
    """Before the first statement, so that nobody holds one connection while it waits for another."""
    if tx.reach.county is not None:
        await tx.sealer()


async def _told(tx: Transaction, kind: str, payment_id: UUID, amount: Decimal) -> None:
    await record(tx, f"{kind}.recorded", f"payment/{payment_id}", {"amount": str(amount)})
