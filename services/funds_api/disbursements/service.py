"""Filing a batch to households, and what a second officer says of it (policy.md, Funds: 一卡通).

Money is held when a batch is approved; it is paid or given back item by item, as the bank answers (receipts.py).
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.funds_api.disbursements import booking, households, payees, repository
from services.funds_api.disbursements.errors import IllegalTransition, InvalidDisbursement, SamePerson
from services.funds_api.disbursements.rules import (
    MOST_ERRORS,
    MOST_ITEMS,
    TRANSITIONS,
    Errors,
    Item,
    State,
    read_amount,
    read_items,
)
from services.funds_api.disbursements.sheet import DisbursementIn, too_many
from services.funds_api.projects import funding as projects
from services.funds_api.sources import service as sources
from shared import audit, jobs
from shared.contracts.household_checks import CheckedHousehold
from shared.db import Transaction
from shared.db.identifiers import new_id, new_row_ids
from shared.errors import NotFound
from shared.pagination.cursors import Paging, page
from shared.parameters import parameter
from shared.runtime.preconditions import IfMatch
from shared.sealing import Sealer

SEND = "send_disbursement"


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that was read and whose households were asked for. ``origin_id``: the project that pays, or the
    allocation."""

    of_project: bool
    origin_id: UUID
    total: Decimal
    items: Sequence[Item]
    households: Sequence[CheckedHousehold] = ()


async def prepared(tx: Transaction, read: Callable[[], DisbursementIn]) -> Batch:
    """A batch read by ``read``, with its households as they are today.

    No connection is held meanwhile. Raises ``InvalidDisbursement`` with all that is wrong, ``RegistryAway``.
    """
    batch = await asyncio.to_thread(lambda: _read(read()))
    found = await households.ask(tx.service, tx.county, batch.items, tx.today)
    return replace(batch, households=found)


def _read(sent: DisbursementIn) -> Batch:
    errors = Errors()
    project_id = _id(sent.project_id, "/project_id", errors)
    allocation_id = _id(sent.allocation_id, "/allocation_id", errors)
    origin_id = project_id or allocation_id
    if (sent.project_id is None) == (sent.allocation_id is None):
        errors.add("/project_id", "one_origin_needed", "请填 project_id 或 allocation_id 之一")
    count = sent.count
    if isinstance(count, bool) or not isinstance(count, int):
        errors.add("/count", "not_a_number", "请申报笔数 count，为整数")
        count = None
    total = None
    try:
        total = read_amount(sent.total)
    except ValueError as error:
        errors.add("/total", *error.args)
    items = sent.items or []
    if not items:
        errors.add("/items", "missing", "批次里没有一笔")
    if len(items) > MOST_ITEMS:
        raise too_many()
    read = read_items(items, count, total, errors)
    if origin_id is None or total is None or errors.count:
        raise _invalid(errors)
    return Batch(project_id is not None, origin_id, total, read)


def _id(value: Any, pointer: str, errors: Errors) -> UUID | None:
    try:
        return None if value is None else UUID(value)
    except (ValueError, AttributeError, TypeError):
        errors.add(pointer, "not_an_id", "应为 id")
        return None


def _refuse(errors: Errors) -> None:
    if errors.count:
        raise _invalid(errors)


def _invalid(errors: Errors) -> InvalidDisbursement:
    return InvalidDisbursement(
        f"共 {errors.count} 处错误，列出前 {len(errors.found)} 处",
        f"{errors.count} errors, of which the first {len(errors.found)} are listed",
        errors=errors.found,
    )


async def file(tx: Transaction, batch: Batch) -> dict[str, Any]:
    """Keep a batch for another officer to check. Raises ``InvalidDisbursement``, ``NotFound``, what projects refuse."""
    sealer = await tx.sealer()
    region = await _region(tx, batch)
    errors = Errors()
    eligible = (await parameter(tx, "disbursement_eligible")).value
    households.judge(batch.items, batch.households, eligible, errors)
    _refuse(errors)
    disbursement_id = new_id()
    await repository.add(
        tx,
        {
            "id": disbursement_id,
            "region_code": region,
            "project_id": batch.origin_id if batch.of_project else None,
            "allocation_id": None if batch.of_project else batch.origin_id,
            "count": len(batch.items),
            "total": batch.total,
            "as_of": tx.today,
        },
    )
    await repository.stage(tx, await asyncio.to_thread(_rows, sealer, tx.county, batch))
    if await repository.add_items(tx, disbursement_id) < len(batch.items):
        await _tell_paid_twice(tx, disbursement_id)
    await _check_corrections(tx)
    detail = {"count": len(batch.items), "total": str(batch.total)}
    await audit.record(tx, "disbursement.submitted", f"disbursement/{disbursement_id}", detail)
    return await find(tx, disbursement_id)


async def _region(tx: Transaction, batch: Batch) -> str:
    """Of the project, which must have started, or of the allocation."""
    if batch.of_project:
        return await projects.payable(tx, batch.origin_id)
    return str((await sources.find_allocation(tx, batch.origin_id))["region_code"])


def _rows(sealer: Sealer, county: str, batch: Batch) -> list[tuple[Any, ...]]:
    """As ``repository.STAGED``."""
    items = batch.items
    ids = new_row_ids(len(items))
    sealed = payees.seal(
        sealer,
        county,
        [(id_, payees.Payee(item.payee, item.account)) for id_, item in zip(ids, items, strict=True)],
    )
    indexes = payees.account_indexes(sealer, county, [item.account for item in items])
    return [
        (
            id_,
            position,
            item.household_id,
            household.region_code,
            household.household_type,
            household.monitoring_type,
            item.purpose,
            item.period,
            item.amount,
            blob,
            index,
            item.corrects,
        )
        for position, (id_, item, household, blob, index) in enumerate(
            zip(ids, items, batch.households, sealed, indexes, strict=True), 1
        )
    ]


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
