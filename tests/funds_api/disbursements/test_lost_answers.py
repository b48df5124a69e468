"""A bank side that loses answers is asked what it has, and is never told the same payment twice."""

import asyncio
import random
from contextlib import suppress
from datetime import date
from uuid import UUID

from services.funds_api.bank.port import AnswerLost, BankAnswer
from services.funds_api.disbursements.sending import send, take_answers
from shared.testing.databases import TestDatabase
from tests.funds_api.bank.losing_bank import LosingBank
from tests.funds_api.disbursements.conftest import COUNTY, Treasury
from tests.funds_api.disbursements.test_disbursements import project_of
from tests.funds_api.recount import assert_balances_are_the_entries

BATCHES = 12
TRIES = 60


async def test_every_instruction_arrives_once(treasury: Treasury) -> None:
    origin = await project_of(treasury, "9000.00")
    bank = LosingBank(seed=231226)
    batches = [
        await treasury.approved(origin, [treasury.item("10.00") for _ in range(3)]) for _ in range(BATCHES)
    ]

    async def worker(batch_id: UUID) -> None:
        """As the worker does: the job is done again until it succeeds, and two may be at it at once."""
        for _ in range(TRIES):
            with suppress(AnswerLost):
                await send(treasury.running.context, COUNTY, batch_id, bank)
                return
        raise AssertionError("never handed over")

    ids = [UUID(batch["id"]) for batch in batches]
    await asyncio.gather(*(worker(batch) for batch in [*ids, *ids]))
    assert bank.lost > BATCHES
    items = [item["id"] for batch in batches for item in await treasury.items(batch)]
    assert sorted(map(str, bank.taken)) == sorted(items)
    for batch in batches:
        assert (await treasury.get(f"/v1/disbursements/{batch['id']}"))["state"] == "sent"


async def test_every_answer_is_recorded_once(treasury: Treasury, database: TestDatabase) -> None:
    """Answers come twice, split and late; one in four does not come at all and is found in the statement."""
    origin = await project_of(treasury, "9000.00")
    sent = [treasury.item("10.00") for _ in range(40)]
    batch = await treasury.approved(origin, sent)
    items = await treasury.items(batch)
    chance = random.Random(7)
    bank = LosingBank(seed=7, loses=0)
    lost = {item["id"] for item in items[::4]}
    said = [
        BankAnswer(UUID(item["id"]), "paid", date(2026, 11, 8), None, f"L-{item['position']}")
        if item["position"] % 3
        else BankAnswer(UUID(item["id"]), "rejected", None, "销户", None)
        for item in items
        if item["id"] not in lost
    ]
    for number in range(10):
        bank.bring(f"{number}.csv", chance.sample(said, 12))
    bank.bring("all.csv", said)
    await asyncio.gather(*(take_answers(treasury.running.context, COUNTY, bank) for _ in range(4)))
    rows = [
        f"2026-11-08,10.00,{told['account']},S-{item['position']}"
        for told, item in zip(sent, items, strict=True)
        if item["id"] in lost
    ]
    statement = await treasury.maker.post(
        "/v1/bank-statements",
        content="\n".join(["交易日期,金额,账号,流水号", *rows]).encode(),
        headers={"Content-Type": "text/csv"},
    )
    assert statement.json()["matched"] == len(lost) == 10
    ended = await treasury.get(f"/v1/disbursements/{batch['id']}")
    rejected = sum(item["position"] % 3 == 0 and item["id"] not in lost for item in items)
    assert (ended["state"], ended["rejected_count"], ended["paid_count"]) == (
        "settled",
        rejected,
        40 - rejected,
    )
    project = await treasury.get(f"/v1/projects/{origin['project_id']}")
    assert (project["held"], project["paid"]) == ("0.00", f"{10 * (40 - rejected)}.00")
    await assert_balances_are_the_entries(database)
