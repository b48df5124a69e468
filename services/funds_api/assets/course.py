"""What happens to an asset: its yearly review, income, disposal by maker and checker (policy.md, Funds: assets)."""

from typing import Any
from uuid import UUID

from services.funds_api.assets import course_repository as repository
from services.funds_api.assets.errors import (
    AlreadyReversed,
    DisposalStands,
    IllegalTransition,
    NotOperating,
    ReversalOfReversal,
    ReviewedAlready,
    SaleWithoutProceeds,
    SamePerson,
    YearAfterThis,
)
from services.funds_api.assets.repository import change
from services.funds_api.assets.rules import DISPOSAL_TRANSITIONS, DisposalState
from services.funds_api.assets.schemas import DisposalIn, IncomeIn, ReviewIn
from services.funds_api.assets.service import find_asset, hold_in_use
from services.funds_api.projects.errors import DayAfterToday
from shared.audit import record
from shared.db.identifiers import new_id
from shared.db.transaction import Transaction
from shared.errors import NotFound
from shared.pagination.cursors import Paging, page
from shared.runtime.preconditions import IfMatch


async def review(tx: Transaction, asset_id: UUID, given: ReviewIn) -> dict[str, Any]:
    """巩固、提升、盘活 or 调整 of a year: one. Raises ``ReviewedAlready``, ``YearAfterThis``, ``AssetDisposed``."""
    if given.year > tx.today.year:
        raise YearAfterThis()
    held = await hold_in_use(tx, asset_id)
    values = {**given.model_dump(), "asset_id": asset_id, "region_code": held["region_code"]}
    if not await repository.add(tx, repository.ADD_REVIEW, values):
        raise ReviewedAlready()
    detail = {"year": given.year, "decision": given.decision}
    await record(tx, "asset.reviewed", f"asset/{asset_id}", detail)
    return {**values, "created_at": tx.now, "created_by": str(tx.actor)}


async def reviews(tx: Transaction, asset_id: UUID) -> dict[str, Any]:
    await find_asset(tx, asset_id)
    return {"items": [dict(row) for row in await repository.reviews(tx, asset_id)], "next_cursor": None}


async def receive(tx: Transaction, asset_id: UUID, given: IncomeIn) -> dict[str, Any]:
    """Income of an operating asset. Raises ``NotOperating``, ``AssetDisposed``, ``DayAfterToday``."""
    if given.received_on > tx.today:
        raise DayAfterToday("/received_on")
    held = await hold_in_use(tx, asset_id)
    if held["kind"] != "operating":
        raise NotOperating()
    values = {**given.model_dump(), "reversal_of": None, "reason": None, "region_code": held["region_code"]}
    return await _add_income(tx, asset_id, values)


async def reverse(tx: Transaction, asset_id: UUID, income_id: UUID, reason: str) -> dict[str, Any]:
    """Take income back that was recorded wrongly, by an entry of the negative amount.

    Raises ``ReversalOfReversal``, ``AlreadyReversed``.
    """
    found = await repository.income(tx, asset_id, income_id)
    if found is None:
        raise NotFound()
    if found["reversal_of"] is not None:
        raise ReversalOfReversal()
    values = {**found, "amount": -found["amount"], "reversal_of": income_id, "reason": reason}
    return await _add_income(tx, asset_id, values)


async def _add_income(tx: Transaction, asset_id: UUID, given: dict[str, Any]) -> dict[str, Any]:
    values = {**given, "id": new_id(), "asset_id": asset_id}
    if not await repository.add(tx, repository.ADD_INCOME, values):
        raise AlreadyReversed()
    action = "asset.income_received" if values["reversal_of"] is None else "asset.income_reversed"
    await record(tx, action, f"asset/{asset_id}", {"amount": str(values["amount"])})
    return {**values, "created_at": tx.now}


async def incomes(tx: Transaction, asset_id: UUID, paging: Paging) -> dict[str, Any]:
    await find_asset(tx, asset_id)
    rows = await repository.incomes(tx, asset_id, paging.after_id(), paging.limit + 1)
    return page([dict(row) for row in rows], paging, lambda row: [row["id"]])


async def ask_disposal(tx: Transaction, asset_id: UUID, given: DisposalIn) -> dict[str, Any]:
    """What is to become of an asset, for another officer to check. Raises ``DisposalStands``, ``AssetDisposed``,
    ``SaleWithoutProceeds``."""
    if given.kind == "sell" and not given.proceeds:
        raise SaleWithoutProceeds()
    held = await hold_in_use(tx, asset_id)
    values = {**given.model_dump(), "id": new_id(), "asset_id": asset_id, "region_code": held["region_code"]}
    if not await repository.add(tx, repository.ADD_DISPOSAL, values):
        raise DisposalStands()
    await record(tx, "asset.disposal_requested", f"asset/{asset_id}", {"kind": given.kind})
    return await _find(tx, asset_id, values["id"])


async def decide_disposal(
    tx: Transaction,
    asset_id: UUID,
    disposal_id: UUID,
    to: DisposalState,
    reason: str | None,
    expected: IfMatch,
) -> dict[str, Any]:
    """By another than who asked for it; an approved disposal ends the asset.

    Raises ``SamePerson``, ``IllegalTransition``, ``AssetDisposed``.
    """
    found = await _find(tx, asset_id, disposal_id)
    # Whoever decides holds the asset; what it was then is read again.
    held = await hold_in_use(tx, asset_id, "FOR NO KEY UPDATE") if found["state"] == "requested" else None
    found = await _find(tx, asset_id, disposal_id)
    expected.check(found["version"])
    allowed = DISPOSAL_TRANSITIONS[found["state"]]
    if held is None or to not in allowed:
        raise IllegalTransition(found["state"], allowed)
    if to == "approved" and found["created_by"] == str(tx.actor):
        raise SamePerson()
    await repository.decide(tx, disposal_id, to, reason)
    if to == "approved":
        await change(tx, asset_id, "disposed")
    await record(tx, f"asset.disposal_{to}", f"asset/{asset_id}", {"kind": found["kind"]})
    return await _find(tx, asset_id, disposal_id)


async def disposals(tx: Transaction, asset_id: UUID) -> dict[str, Any]:
    await find_asset(tx, asset_id)
    return {"items": [dict(row) for row in await repository.disposals(tx, asset_id)], "next_cursor": None}


async def _find(tx: Transaction, asset_id: UUID, disposal_id: UUID) -> dict[str, Any]:
    row = await repository.disposal(tx, asset_id, disposal_id)
    if row is None:
        raise NotFound()
    return dict(row)
