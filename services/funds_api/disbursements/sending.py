"""Telling the bank side of approved batches, and reading what it answers (style.md: to pay or to send)."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import structlog

from services.funds_api.bank.connection import bank_of
from services.funds_api.bank.port import (
    AnswerLost,
    BankAnswers,
    BankPort,
    Instruction,
    InstructionLine,
    UnreadableAnswers,
)
from services.funds_api.disbursements import payees, receipts, repository
from shared.db import Transaction
from shared.errors import Refusal
from shared.runtime.context import ServiceContext
from shared.sealing import Sealer

#: Items that are opened together.
ITEMS_AT_ONCE: Final = 5_000

log = structlog.get_logger("disbursements")


async def send(
    service: ServiceContext, county: str, disbursement_id: UUID, port: BankPort | None = None
) -> None:
    """Hand the instruction of a batch over, unless the bank side has it; safe to do twice and to be killed.

    ``port``: instead of the county's own. Raises what the port raises: the job is then done again.
    """
    async with service.begin(county) as tx:
        instruction = await repository.instruction(tx, disbursement_id)
        if instruction is None or instruction["state"] != "prepared":
            return
        bank = port or await bank_of(tx)
        if bank is None:
            await repository.note_attempt(tx, instruction["id"], "bank_not_set")
            log.warning("bank_not_set", county=county)
            return
        told = Instruction(instruction["id"], instruction["made_on"], await _lines(tx, disbursement_id))
    if told.lines and not await bank.has(told.id):
        try:
            await bank.hand_over(told)
        except Exception as error:
            await _note(service, county, told.id, error)
            raise
    async with service.begin(county) as tx:
        await repository.handed_over(tx, told.id, disbursement_id)


async def _lines(tx: Transaction, disbursement_id: UUID) -> list[InstructionLine]:
    """The items that nobody has answered: what was answered by hand meanwhile is not paid again."""
    sealer = await tx.sealer()
    told: list[InstructionLine] = []
    after = 0
    while rows := await repository.lines(tx, disbursement_id, after, ITEMS_AT_ONCE):
        told += await asyncio.to_thread(_opened, sealer, tx.county, rows)
        after = rows[-1]["position"]
    return told


def _opened(sealer: Sealer, county: str, rows: Sequence[Any]) -> list[InstructionLine]:
    return [
        InstructionLine(row["id"], payee.name, payee.account, row["amount"], row["purpose"], row["period"])
        for row, payee in zip(rows, payees.opened(sealer, county, rows), strict=True)
    ]


async def _note(service: ServiceContext, county: str, instruction_id: UUID, error: Exception) -> None:
    said = "answer_lost" if isinstance(error, AnswerLost) else type(error).__name__
    async with service.begin(county) as tx:
        await repository.note_attempt(tx, instruction_id, said)


async def take_answers(service: ServiceContext, county: str, port: BankPort | None = None) -> None:
    """Record what the bank side has brought: each file wholly or not at all; what cannot be read or recorded is set
    aside with the reason."""
    async with service.begin(county) as tx:
        bank = port or await bank_of(tx)
    if bank is None:
        return
    for name in await bank.waiting():
        problem = None
        try:
            brought = await bank.read(name)
            if brought is None:
                continue
            async with service.begin(county) as tx:
                await _record(tx, brought)
        except UnreadableAnswers as error:
            problem = error.problem
        except Refusal as refusal:
            problem = "；".join([str(refusal), *(error.message for error in refusal.errors[:20])])
        if problem is not None:
            log.warning("bank_answers_set_aside", county=county, name=name)
        await bank.acknowledge(name, problem)


async def _record(tx: Transaction, brought: BankAnswers) -> None:
    batches = await repository.batches_of(tx, [answer.item_id for answer in brought.answers])
    unknown = [answer for answer in brought.answers if answer.item_id not in batches]
    if unknown:
        raise UnreadableAnswers(brought.name, f"有 {len(unknown)} 笔不是本县发放的明细号，整个文件未登记")
    by_batch: defaultdict[UUID, list[receipts.Receipt]] = defaultdict(list)
    for answer in brought.answers:
        by_batch[batches[answer.item_id]].append(
            receipts.Receipt(answer.item_id, answer.status, answer.paid_on, answer.reason, answer.reference)
        )
    # In one order, so that two files that are read at once do not wait for each other.
    for batch in sorted(by_batch):
        await receipts.take(tx, batch, by_batch[batch])


async def unsent(tx: Transaction) -> Sequence[UUID]:
    """Batches whose instruction the bank side may not have."""
    return await repository.not_handed_over(tx)
