"""64 callers pay at once out of one allocation while processes of funds_api are killed at random.

What is paid never exceeds what stands above it, every answer is kept under its Idempotency-Key, and the ledger
balances by recount.
"""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.factories.funds import payment_body, project_body
from tests.factories.system import Replica, System
from tests.faults.bureau import COUNTY, Bureau

CALLERS = 64
#: Yuan of one payment, and how much of what is asked for there is.
ONE = Decimal("7.00")
ENOUGH = Decimal("0.75")


class Replicas:
    """Two more processes of funds_api, one of which is killed again and again while the block runs."""

    def __init__(self, system: System, seed: int) -> None:
        self._system = system
        self._random = random.Random(seed)
        self._done = threading.Event()
        self._running = [self._started() for _ in range(2)]
        self._thread = threading.Thread(target=self._kill_on)
        self.kills = 0

    @property
    def urls(self) -> list[str]:
        """Where to ask now; some of them may be dead."""
        return [self._system.funds, *(replica.url for replica in self._running)]

    def _started(self) -> Replica:
        """Another one, if a caller's connection has just taken the port that was free for it."""
        while True:
            replica = Replica(self._system, "funds_api")
            try:
                replica.wait_ready()
            except AssertionError:
                replica.kill()
                if self._done.is_set():
                    return replica
            else:
                return replica

    def _kill_on(self) -> None:
        while not self._done.wait(self._random.uniform(0.2, 1.0)):
            place = self._random.randrange(len(self._running))
            self._running[place].kill()
            self.kills += 1
            self._running[place] = self._started()

    def __enter__(self) -> "Replicas":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        for replica in self._running:
            replica.kill()


@pytest.fixture
def replicas(system: System) -> Iterator[Replicas]:
    with Replicas(system, seed=231226) as running:
        yield running


def finance(bureau: Bureau, method: str, path: str, **options: Any) -> httpx.Response:
    return bureau.call("finance", method, f"{bureau.system.funds}{path}", **options)


def made(bureau: Bureau, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = finance(bureau, "POST", path, json=body)
    assert answer.status_code == 201, answer.text
    result: dict[str, Any] = answer.json()
    return result


def project_of(bureau: Bureau, amount: Decimal) -> dict[str, Any]:
    """A started project that has all of an allocation that has all of a source."""
    source = {"level": "city", "year": 2026, "document_no": "宜财〔2026〕1号", "amount": f"{amount:.2f}"}
    allocation = {
        "source_id": made(bureau, "/v1/sources", source)["id"],
        "region_code": COUNTY,
        "amount": f"{amount:.2f}",
        "purpose": "industry",
    }
    part = (made(bureau, "/v1/allocations", allocation)["id"], f"{amount:.2f}")
    project = made(bureau, "/v1/projects", project_body(part, region_code=COUNTY))
    started = finance(
        bureau,
        "POST",
        f"/v1/projects/{project['id']}/transitions",
        json={"to": "started"},
        headers={"If-Match": "*"},
    )
    assert started.status_code == 200, started.text
    return project


def pay(
    bureau: Bureau, replicas: Replicas, http: httpx.Client, project_id: str, key: str, seed: int
) -> tuple[int, str, str]:
    """Ask anybody, again and again with the same key, until there is an answer: status, code, id."""
    anybody = random.Random(seed)
    while True:
        try:
            answer = http.post(
                f"{anybody.choice(replicas.urls)}/v1/payments",
                json=payment_body(project_id, f"{ONE:.2f}"),
                headers={"Authorization": f"Bearer {bureau.tokens['finance']}", "Idempotency-Key": key},
            )
        except httpx.TransportError:
            continue
        if answer.status_code in (201, 409) and answer.json().get("code") != "idempotency_key_in_use":
            return answer.status_code, answer.json().get("code", ""), answer.json().get("id", "")
        assert answer.status_code in (409, 429, 503), answer.text


def pay_with_many(bureau: Bureau, replicas: Replicas, count: int) -> None:
    enough = int(count * ENOUGH)
    # A rest that no payment fits into.
    project = project_of(bureau, enough * ONE + Decimal("6.99"))
    keys = [f"{project['id']}-{number}" for number in range(count)]
    limits = httpx.Limits(max_connections=CALLERS * 2)
    with httpx.Client(timeout=60, limits=limits) as http, ThreadPoolExecutor(CALLERS) as callers:

        def ask(numbered: tuple[int, str]) -> tuple[int, str, str]:
            return pay(bureau, replicas, http, project["id"], numbered[1], numbered[0])

        answers = list(callers.map(ask, enumerate(keys)))
        told = Counter((status, code) for status, code, _ in answers)
        assert told == {(201, ""): enough, (409, "insufficient_allocation"): count - enough}
        paid = [id_ for status, _, id_ in answers if status == 201]
        assert len(set(paid)) == enough
        again = list(callers.map(ask, [(number, keys[number]) for number in range(0, count, 7)]))
        kept = [answers[number] for number in range(0, count, 7)]
        assert [answer for answer, was in zip(again, kept, strict=True) if was[0] == 201] == [
            was for was in kept if was[0] == 201
        ]
    assert replicas.kills > 0
    found = finance(bureau, "GET", f"/v1/projects/{project['id']}").json()
    assert (found["paid"], found["available"]) == (f"{enough * ONE:.2f}", "6.99")
    booked = bureau.all("finance", f"{bureau.system.funds}/v1/payments", project_id=project["id"])
    assert {payment["id"] for payment in booked} == set(paid)
    assert finance(bureau, "POST", "/v1/ledger-recounts").json()["differences"] == 0


def test_hundreds_of_payments_stop_at_the_allocation(bureau: Bureau, replicas: Replicas) -> None:
    pay_with_many(bureau, replicas, 200)


@pytest.mark.long
def test_thousands_of_payments_stop_at_the_allocation(bureau: Bureau, replicas: Replicas) -> None:
    pay_with_many(bureau, replicas, 6_000)
