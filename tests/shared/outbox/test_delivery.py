"""Events arrive at least once, in order per aggregate, after any outage, and have effect once."""

import asyncio
import json
import os
import signal
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from shared.auth.service_token import ServiceToken
from shared.contracts.events import TASK_VERIFIED, CloudEvent
from shared.jobs.worker import run_worker
from shared.outbox import Event, emit, first_time
from shared.outbox.delivery import CLAIMED_AT_ONCE, SENT_AT_ONCE, deliver_events
from shared.runtime.context import ServiceContext
from shared.testing.databases import TestDatabase
from shared.testing.services import start_service
from tests.factories.clock import INSIDE_THE_WINDOW

COUNTY = "231226"

#: Visits that find nothing are not sent to household_api.
CONFIRMED = {"outcome": "risk_confirmed"}

#: Rows of deliveries that anybody has read.
READ = """
SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::bigint FROM pg_stat_user_tables
WHERE relid = 'warning.event_delivery'::regclass"""


@dataclass
class Receiver:
    """household_api: away for the first ``outage`` calls; remembers what arrived, by aggregate."""

    outage: int = 0
    refused: int = 0
    arrived: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "t", "expires_in": 900})
        if self.refused < self.outage:
            self.refused += 1
            raise httpx.ConnectError("refused", request=request)
        event = json.loads(request.content)
        self.arrived[event["subject"]].append(event["sequence"])
        return httpx.Response(204)


def sender(database: TestDatabase, receiver: Receiver) -> ServiceContext:
    service = start_service(
        "warning_api", database, lambda _: None, INSIDE_THE_WINDOW, httpx.MockTransport(receiver.answer)
    ).context
    service.token = ServiceToken(service.http, "http://identity/oauth/token", "service:warning_api", "secret")
    return service


async def nothing(_: ServiceContext, __: dict[str, Any]) -> None:
    """No schedule helps here: what was lost would stay lost."""


async def until(condition: Any, seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.05)


async def test_events_arrive_in_order_after_an_outage(database: TestDatabase) -> None:
    receiver = Receiver(outage=7)
    service = sender(database, receiver)
    worker = asyncio.create_task(run_worker(service, {"deliver_events": deliver_events}, {}, nothing))
    for sequence in (1, 2, 3):
        async with service.begin(COUNTY) as tx:
            await emit(
                tx, TASK_VERIFIED, [Event(f"task/{n}", sequence, {"n": n, **CONFIRMED}) for n in range(3)]
            )
    await until(lambda: sum(map(len, receiver.arrived.values())) >= 9)
    assert dict(receiver.arrived) == {f"task/{n}": [1, 2, 3] for n in range(3)}
    os.kill(os.getpid(), signal.SIGTERM)
    await worker


async def test_many_jobs_at_once_send_no_more_than_one(database: TestDatabase) -> None:
    """As after thousands of single answers: they would take from each other the connections that they need."""
    at_once: list[int] = [0]

    class Slow(Receiver):
        async def slowly(self, request: httpx.Request) -> httpx.Response:
            at_once.append(at_once[-1] + 1)
            try:
                await asyncio.sleep(0.002)
            finally:
                at_once.append(at_once[-1] - 1)
            return self.answer(request)

    receiver = Slow()
    service = start_service(
        "warning_api", database, lambda _: None, INSIDE_THE_WINDOW, httpx.MockTransport(receiver.slowly)
    ).context
    service.token = ServiceToken(service.http, "http://identity/oauth/token", "service:warning_api", "secret")
    async with service.begin(COUNTY) as tx:
        await emit(tx, TASK_VERIFIED, [Event(f"task/{n}", 1, {"n": n, **CONFIRMED}) for n in range(250)])
    jobs = [asyncio.create_task(deliver_events(service, {})) for _ in range(300)]
    for _ in range(10):
        await asyncio.sleep(0)
    assert sum(job.done() for job in jobs) == 298
    async with service.begin(COUNTY) as tx:
        await emit(tx, TASK_VERIFIED, [Event("task/later", 1, CONFIRMED)])
    jobs[0].cancel()
    await asyncio.gather(*jobs, return_exceptions=True)
    # What the cancelled one had claimed is due when its lease ends; the one that waited has sent all the rest.
    assert len(receiver.arrived) >= 251 - CLAIMED_AT_ONCE and receiver.arrived["task/later"] == [1]
    assert max(at_once) <= SENT_AT_ONCE
    async with service.begin() as tx:
        known = await tx.rows("SELECT delivered_at IS NULL AS waits, last_error FROM event_delivery")
    assert sum(row["waits"] for row in known) <= CLAIMED_AT_ONCE
    await service.close()


async def test_a_receiver_is_sent_what_it_wants(database: TestDatabase) -> None:
    """Nine visits of ten find nothing; they stay on record, and are nothing to the registry."""
    receiver = Receiver()
    service = sender(database, receiver)
    async with service.begin(COUNTY) as tx:
        visits = [
            Event("task/nothing", 1, {"outcome": "no_risk", "register_as": None}),
            Event("task/newcomer", 1, {"outcome": "no_risk", "register_as": "general"}),
            Event("task/confirmed", 1, {"outcome": "risk_confirmed", "register_as": None}),
            Event("task/without", 1, {}),
        ]
        await emit(tx, TASK_VERIFIED, visits)
    await deliver_events(service, {})
    assert receiver.arrived == {"task/newcomer": [1], "task/confirmed": [1]}
    async with service.begin(COUNTY) as tx:
        kept = await tx.scalar(
            "SELECT count(*) FROM outbox_event WHERE subject = ANY (:subjects)",
            {"subjects": [visit.subject for visit in visits]},
        )
    assert kept == len(visits)
    await service.close()


async def test_a_thousand_events_at_once_are_not_compared_with_each_other(database: TestDatabase) -> None:
    """They are there before PostgreSQL has statistics of them, and each claim read all of them for each."""
    receiver = Receiver()
    service = sender(database, receiver)
    owner = await database.connect()
    await owner.execute("TRUNCATE warning.event_delivery")
    async with service.begin(COUNTY) as tx:
        await emit(tx, TASK_VERIFIED, [Event(f"task/many/{n}", 1, CONFIRMED) for n in range(1000)])
    before = await owner.fetchval(READ)
    await deliver_events(service, {})
    await service.close()  # Those who leave tell what they have read.
    await owner.execute("SELECT pg_stat_clear_snapshot()")
    assert len(receiver.arrived) == 1000
    assert await owner.fetchval(READ) - before < 50_000
    await owner.close()


async def test_who_does_not_answer_keeps_nobody_else_waiting(database: TestDatabase) -> None:
    """household_api hangs; funds_api goes on to get what comes."""
    hangs = asyncio.Event()
    arrived: list[str] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "t", "expires_in": 900})
        if request.url.host == "household":
            await hangs.wait()
        if json.loads(request.content)["subject"].startswith("visit/"):
            arrived.append(request.url.host)
        return httpx.Response(204)

    service = start_service(
        "warning_api", database, lambda _: None, INSIDE_THE_WINDOW, httpx.MockTransport(answer)
    ).context
    service.token = ServiceToken(service.http, "http://identity/oauth/token", "service:warning_api", "secret")
    owner = await database.connect()
    await owner.execute(
        "INSERT INTO warning.subscription (county_code, id, service, types, active, created_at)"
        " SELECT county_code, gen_random_uuid(), 'funds_api', types, active,"
        " created_at FROM warning.subscription WHERE service = 'household_api'"
    )
    await owner.close()
    jobs = []
    for number in range(3):
        async with service.begin(COUNTY) as tx:
            await emit(tx, TASK_VERIFIED, [Event(f"visit/{number}", 1, {"n": number, **CONFIRMED})])
        jobs.append(asyncio.create_task(deliver_events(service, {})))
        await until(lambda wanted=number + 1: arrived == ["funds"] * wanted, seconds=10)
    hangs.set()
    await asyncio.gather(*jobs)
    assert sorted(arrived) == ["funds"] * 3 + ["household"] * 3
    await service.close()


async def test_what_is_rolled_back_is_never_sent(database: TestDatabase) -> None:
    receiver = Receiver()
    service = sender(database, receiver)
    with pytest.raises(RuntimeError, match="undo"):
        async with service.begin(COUNTY) as tx:
            await emit(tx, TASK_VERIFIED, [Event("task/undone", 1, CONFIRMED)])
            raise RuntimeError("undo")
    await deliver_events(service, {})
    assert receiver.arrived == {}
    await service.close()


async def test_an_event_has_effect_once(database: TestDatabase) -> None:
    service = sender(database, Receiver())
    event = CloudEvent(
        id="01a20105-49df-7675-9196-f842b9d131bb",
        source="urn:bihuan:household_api",
        type="bihuan.case.opened",
        subject="case/1",
        time=INSIDE_THE_WINDOW,
        sequence=1,
        countycode=COUNTY,
        data={},
    )
    told = []
    for _ in range(2):
        async with service.begin(COUNTY) as tx:
            told.append(await first_time(tx, event))
    assert told == [True, False]
    await service.close()
