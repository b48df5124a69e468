"""Filing a batch to households, and what a second officer says of it (policy.md, Funds: 一卡通).

Money is held when a batch is approved; it is paid or given back item by item, as the bank answers (receipts.py).
"""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.funds_api.disbursements import booking, households, payees, preparation, repository
from services.funds_api.disbursements.errors import IllegalTransition, InvalidDisbursement, SamePerson
from services.funds_api.disbursements.preparation import Chunk, Head, Terms
from services.funds_api.disbursements.rules import MOST_ERRORS, TRANSITIONS, Errors, State
from services.funds_api.disbursements.sheet import DisbursementIn
from services.funds_api.projects import funding as projects
from services.funds_api.registry import ask_registry
from services.funds_api.sources import service as sources
from shared import audit, jobs
from shared.contracts.household_checks import CheckedHousehold
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import NotFound
from shared.pagination.cursors import Paging, page
from shared.parameters import parameter
from shared.runtime.preconditions import IfMatch
from shared.tables.decoding import Spooled

SEND = "send_disbursement"


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that was read, in at least one chunk, and its households; ``Chunk.asked`` counts them from 0."""

    chunks: Sequence[Chunk]
    households: Sequence[CheckedHousehold]


async def prepared(tx: Transaction, content_type: str, said: DisbursementIn, body: Spooled) -> Batch:
    """A batch as it was received, with its households as they are today; ``said`` as in ``preparation.Terms``.

    No connection is held meanwhile. Raises ``InvalidDisbursement`` with all that is wrong, ``RegistryAway``.
    """
    terms = Terms(content_type, said, tx.county, (await tx.sealer()).narrowed(tx.county))
    chunks: list[Chunk] = []
    found: list[CheckedHousehold] = []
    async with aclosing(tx.service.companions.results(preparation.prepared, terms, body)) as read:
        async for chunk in read:
            found += await ask_registry(tx.service, tx.county, chunk.households, tx.today)
            chunks.append(chunk)
    return Batch(chunks, found)


def _refuse(errors: Errors) -> None:
    if errors.count:
        raise InvalidDisbursement.of(errors)


async def file(tx: Transaction, batch: Batch) -> dict[str, Any]:
    """Keep a batch for another officer to check. Raises ``InvalidDisbursement``, ``NotFound``, what projects refuse."""
    head = batch.chunks[0].head
    region = await _region(tx, head)
    errors = Errors()
    eligible = (await parameter(tx, "disbursement_eligible")).value
    await asyncio.to_thread(households.judge, batch.chunks, batch.households, eligible, errors)
    _refuse(errors)
    disbursement_id = new_id()
    await repository.add(
        tx,
        {
            "id": disbursement_id,
            "region_code": region,
            "project_id": head.origin_id if head.of_project else None,
            "allocation_id": None if head.of_project else head.origin_id,
            "count": head.count,
            "total": head.total,
            "as_of": tx.today,
        },
    )
    await repository.stage(tx, [chunk.rows for chunk in batch.chunks], preparation.COLUMNS, batch.households)
    while not await repository.add_items(tx, disbursement_id):
        # Nobody is told of where the other payment was rejected meanwhile: then there is no other.
        await _tell_paid_twice(tx, disbursement_id)
    await _check_corrections(tx)
    detail = {"count": head.count, "total": str(head.total)}
    await audit.record(tx, "disbursement.submitted", f"disbursement/{disbursement_id}", detail)
    return await find(tx, disbursement_id)


async def _region(tx: Transaction, head: Head) -> str:
    """Of the project, which must have started, or of the allocation."""
    if head.of_project:
        return await projects.payable(tx, head.origin_id)
    return str((await sources.find_allocation(tx, head.origin_id))["region_code"])


async def _tell_paid_twice(tx: Transaction, disbursement_id: UUID) -> None:
    errors = Errors()
    for row in await repository.taken(tx, disbursement_id, MOST_ERRORS):
        word = "已发放" if row["state"] == "paid" else "正在发放"
        message = f"该户同一用途、同一期间{word}，不能再发"
        errors.at(row["position"] - 1, "household_id", "paid_twice", message)
    _refuse(errors)


async def _check_corrections(tx: Transaction) -> None:
    errors = Errors()
    for row in await repository.wrong_corrections(tx, MOST_ERRORS):
        message = "所更正的不是该户被退回的一项"
        errors.at(row["position"] - 1, "corrects", "not_a_rejected_item", message)
    _refuse(errors)


async def find(tx: Transaction, disbursement_id: UUID) -> dict[str, Any]:
    """Raises ``NotFound`` also for a batch outside the reach."""
    row = await repository.disbursement(tx, disbursement_id)
    if row is None:
        raise NotFound()
    return dict(row)


async def list_batches(
    tx: Transaction, paging: Paging, *, project_id: UUID | None, state: str | None
) -> dict[str, Any]:
    rows = await repository.disbursements(tx, project_id, state, paging.after_id(), paging.limit + 1)
    return page([dict(row) for row in rows], paging, lambda row: [row["id"]])


async def list_items(
    tx: Transaction, disbursement_id: UUID, paging: Paging, state: str | None
) -> dict[str, Any]:
    """Items in the order in which they were sent, payees as the caller may see them."""
    await find(tx, disbursement_id)
    after = paging.after_number()
    rows = await repository.items(tx, disbursement_id, state, after, paging.limit + 1)
    opened = payees.opened(await tx.sealer(), tx.county, rows)
    shown = [{**row, **payees.shown(tx, payee)} for row, payee in zip(rows, opened, strict=True)]
    return page(shown, paging, lambda row: [row["position"]])


async def approve(tx: Transaction, disbursement_id: UUID, expected: IfMatch) -> dict[str, Any]:
    """Hold the money and have the bank side told.

    Raises ``SamePerson``, ``IllegalTransition``, ``InsufficientAllocation`` beyond what stands above the batch.
    """
    row = await _to_decide(tx, disbursement_id, expected, "approved")
    if row["project_id"] is not None:
        await projects.payable(tx, row["project_id"])
    held = await booking.hold(tx, row)
    await repository.add_shares(
        tx, disbursement_id, row["region_code"], [(share.allocation_id, share.amount) for share in held]
    )
    await repository.decide(tx, disbursement_id, "approved", None)
    await repository.add_instruction(tx, new_id(), disbursement_id, row["region_code"])
    await jobs.enqueue(tx, SEND, {"county": tx.county, "id": disbursement_id}, only_one=True)
    await audit.record(
        tx, "disbursement.approved", f"disbursement/{disbursement_id}", {"total": str(row["total"])}
    )
    return await find(tx, disbursement_id)


async def refuse(tx: Transaction, disbursement_id: UUID, reason: str, expected: IfMatch) -> dict[str, Any]:
    """Nothing of the batch is paid; its households may be in another."""
    await _to_decide(tx, disbursement_id, expected, "refused")
    await repository.decide(tx, disbursement_id, "refused", reason)
    await repository.withdraw_items(tx, disbursement_id)
    await audit.record(tx, "disbursement.refused", f"disbursement/{disbursement_id}")
    return await find(tx, disbursement_id)


async def _to_decide(tx: Transaction, disbursement_id: UUID, expected: IfMatch, to: State) -> RowMapping:
    """A submitted batch of somebody else, locked."""
    row = await repository.disbursement(tx, disbursement_id, lock=True)
    if row is None:
        raise NotFound()
    expected.check(row["version"])
    if to not in TRANSITIONS[row["state"]]:
        raise illegal(row["state"])
    if row["created_by"] == str(tx.actor):
        raise SamePerson()
    return row


def illegal(state: State) -> IllegalTransition:
    following = TRANSITIONS[state]
    return IllegalTransition(
        f"批次状态为 {state}，可转为：{'、'.join(following) or '无'}",
        f"From {state} only: {', '.join(following) or 'nothing'}",
        members={"allowed": list(following)},
    )
