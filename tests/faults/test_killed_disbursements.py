"""64 callers at once file, approve and pay out of one project while processes of funds_api and its worker are killed at
random, and the bank loses answers and gives others twice.

What is paid and held never exceeds what there is, no household is paid twice for the same, every item ends as paid,
rejected or withdrawn with its batch, as the bank has it, and the ledger balances by recount.
"""

import itertools
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import httpx
import pytest
from stdnum import luhn

from tests.factories.funds import payment_body
from tests.factories.registry import id_number, person
from tests.factories.system import System
from tests.faults.bank_side import BankSide
from tests.faults.bureau import COUNTY, Bureau
from tests.faults.test_killed_payments import CALLERS, Replicas, finance, project_of
from tests.faults.test_killed_processes import Killer

HOUSEHOLDS = 40
#: Items of a batch; one of them another batch has too.
ITEMS = 6
ONE = Decimal("30.00")
PAYMENT = Decimal("50.00")
#: How much of what is asked for there is.
ENOUGH = Decimal("0.7")

CARDS = itertools.count(7_000_000)
RUNS = itertools.count(1)


@pytest.fixture
def replicas(system: System) -> Iterator[Replicas]:
    with Replicas(system, seed=6) as running:
        yield running


@pytest.fixture(scope="module")
def families(bureau: Bureau) -> list[dict[str, Any]]:
    """Households of the registry, with their heads."""
    rows = [
        person(
            f"K{number}",
            "李家旺",
            region_code=bureau.villages[0],
            household_type="lifted",
            id_number=id_number("19600101", number, COUNTY),
        )
        for number in range(1, HOUSEHOLDS + 1)
    ]
    url = f"{bureau.system.household}/v1/imports"
    made = bureau.call("county", "POST", url, json={"records": rows}).json()
    give_up = time.monotonic() + 60
    while made["state"] != "applied":
        assert time.monotonic() < give_up, made
        time.sleep(0.2)
        made = bureau.call("county", "GET", f"{url}/{made['id']}").json()
    assert made["rejected"] == 0
    found = bureau.all("county", f"{bureau.system.household}/v1/households")
    return [each for each in found if each["household_no"].startswith("K")]


class Asking:
    """Asks any process of funds_api, again and again with the same key, until there is an answer."""

    def __init__(self, bureau: Bureau, replicas: Replicas, http: httpx.Client) -> None:
        self._bureau = bureau
        self._replicas = replicas
        self._http = http
        for name in ("finance", "finance-checker"):
            bureau.call(name, "GET", f"{bureau.system.funds}/v1/sources")

    def ask(self, name: str, method: str, path: str, key: str = "", **options: Any) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {self._bureau.tokens[name]}",
            "If-Match": "*",
            **({"Idempotency-Key": key} if key else {}),
        }
        give_up = time.monotonic() + 120
        while True:
            url = random.choice(self._replicas.urls) + path
            try:
                answer = self._http.request(method, url, headers=headers, **options)
            except httpx.TransportError:
                continue
            code = answer.json().get("code", "")
            if answer.status_code in (429, 503) or code == "idempotency_key_in_use":
                assert time.monotonic() < give_up, answer.text
                time.sleep(0.1)
                continue
            return answer


class Course:
    """One project, what is asked of it, and what is seen of it meanwhile."""

    def __init__(self, asking: Asking, project: dict[str, Any], families: list[dict[str, Any]]) -> None:
        self._asking = asking
        self._project = project["id"]
        self._families = families
        self._run = next(RUNS)
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._batch_of: dict[str, str] = {}
        self.seen: list[dict[str, Any]] = []
        self.payments: list[str] = []
        self.told: Counter[str] = Counter()

    def items(self, number: int) -> list[dict[str, Any]]:
        """Batches by two have their first item in common."""
        places = [number // 2 if place == 0 else (number * ITEMS + place) for place in range(ITEMS)]
        return [self._item(place, "同" if not at else str(number)) for at, place in enumerate(places)]

    def _item(self, place: int, kind: str) -> dict[str, Any]:
        family = self._families[place % len(self._families)]
        card = f"622202{next(CARDS):012d}"
        return {
            "household_id": family["id"],
            "payee": family["head"]["name"],
            "account": card + luhn.calc_check_digit(card),
            "amount": f"{ONE:.2f}",
            "purpose": "产业奖补",
            "period": f"{self._run}-{kind}-{place}",
        }

    def disburse(self, number: int) -> None:
        """File a batch and have it approved; refused where there is not enough for it."""
        items = self.items(number)
        body = {
            "project_id": self._project,
            "count": len(items),
            "total": f"{ONE * len(items):.2f}",
            "items": items,
        }
        key = f"{self._project}-batch-{number}"
        filed = self._asking.ask("finance", "POST", "/v1/disbursements", key, json=body)
        if filed.status_code == 422:
            assert {error["code"] for error in filed.json()["errors"]} == {"paid_twice"}, filed.text
            return self._tell("paid_twice")
        assert filed.status_code == 201, filed.text
        path = f"/v1/disbursements/{filed.json()['id']}"
        approved = self._asking.ask("finance-checker", "POST", f"{path}/approval", f"{key}-approval")
        if approved.status_code == 200:
            return self._tell("approved")
        if approved.json()["code"] == "illegal_transition":
            # The answer was lost with the process, not the approval.
            assert self._asking.ask("finance", "GET", path).json()["state"] != "submitted"
            return self._tell("approved")
        assert approved.json()["code"] == "insufficient_allocation", approved.text
        refused = self._asking.ask("finance-checker", "POST", f"{path}/refusal", json={"reason": "资金不足"})
        assert refused.status_code in (200, 409), refused.text
        return self._tell("refused")

    def pay(self, number: int) -> None:
        body = payment_body(self._project, f"{PAYMENT:.2f}")
        key = f"{self._project}-payment-{number}"
        answer = self._asking.ask("finance", "POST", "/v1/payments", key, json=body)
        if answer.status_code == 201:
            with self._lock:
                self.payments.append(answer.json()["id"])
            return self._tell("paid")
        assert answer.json()["code"] == "insufficient_allocation", answer.text
        return self._tell("unpaid")

    def _tell(self, what: str) -> None:
        with self._lock:
            self.told[what] += 1

    def answer(self, answers: list[dict[str, Any]]) -> None:
        """What the bank says goes to the batches of the items."""
        if not {each["item_id"] for each in answers} <= self._batch_of.keys():
            self._look_at_batches()
        by_batch: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for each in answers:
            by_batch[self._batch_of[each["item_id"]]].append(each)
        for batch, told in by_batch.items():
            path = f"/v1/disbursements/{batch}/receipts"
            taken = self._asking.ask("finance", "POST", path, json={"items": told})
            assert taken.status_code == 200, taken.text

    def _look_at_batches(self) -> None:
        path = f"/v1/disbursements?limit=500&project_id={self._project}"
        for batch in self._asking.ask("finance", "GET", path).json()["items"]:
            if batch["id"] not in self._batch_of.values():
                path = f"/v1/disbursements/{batch['id']}/items?limit=500"
                items = self._asking.ask("finance", "GET", path).json()["items"]
                self._batch_of |= {item["id"]: batch["id"] for item in items}

    def watch(self) -> None:
        """Until the block of ``watching`` ends."""
        while not self._done.wait(0.1):
            self.seen.append(self._asking.ask("finance", "GET", f"/v1/projects/{self._project}").json())

    def stop_watching(self) -> None:
        self._done.set()


def wait_until(done: Callable[[], bool], seconds: float = 150) -> None:
    give_up = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < give_up, "it is not done"
        time.sleep(0.3)


def disburse_with_many(
    bureau: Bureau,
    replicas: Replicas,
    families: list[dict[str, Any]],
    batches: int,
    payments: int,
    kills: int,
) -> None:
    wanted = batches * ITEMS * ONE + payments * PAYMENT
    there = (wanted * ENOUGH).quantize(Decimal("0.01"))
    project = project_of(bureau, there)
    limits = httpx.Limits(max_connections=CALLERS * 2)
    with httpx.Client(timeout=60, limits=limits) as http, ThreadPoolExecutor(CALLERS + 1) as callers:
        asking = Asking(bureau, replicas, http)
        course = Course(asking, project, families)
        watching = callers.submit(course.watch)
        folder = bureau.system.home / "bank" / COUNTY
        with BankSide(folder, course.answer) as bank:
            with Killer(bureau.system, "funds_api-worker", kills, seed=17) as worker_killer:
                work = [(course.disburse, number) for number in range(batches)]
                work += [(course.pay, number) for number in range(payments)]
                random.Random(3).shuffle(work)
                for done in [callers.submit(act, number) for act, number in work]:
                    done.result()
            filed = f"{bureau.system.funds}/v1/disbursements"
            wait_until(
                lambda: (
                    all(
                        batch["state"] in ("sent", "settled", "refused")
                        for batch in bureau.all("finance", filed, project_id=project["id"])
                    )
                    and bank.idle()
                )
            )
        answer = finance(bureau, "POST", "/v1/bank-statements", json={"lines": bank.statement()})
        assert answer.status_code == 201, answer.text
        course.stop_watching()
        watching.result()
    assert replicas.kills > 0 and worker_killer.kills > 0
    assert course.told["approved"] and course.told["paid_twice"] and course.told["paid"], course.told
    check(bureau, project, course, bank, there)


def check(bureau: Bureau, project: dict[str, Any], course: Course, bank: BankSide, there: Decimal) -> None:
    """What the system says, what the bank has done, and what was seen meanwhile, are one."""
    for seen in course.seen:
        assert Decimal(seen["paid"]) + Decimal(seen["held"]) <= there
    items = []
    for batch in bureau.all("finance", f"{bureau.system.funds}/v1/disbursements", project_id=project["id"]):
        assert batch["state"] in ("settled", "refused")
        of_batch = bureau.all("finance", f"{bureau.system.funds}/v1/disbursements/{batch['id']}/items")
        ends = {"withdrawn"} if batch["state"] == "refused" else {"paid", "rejected"}
        assert {item["state"] for item in of_batch} <= ends
        items += of_batch
    assert set(bank.instructed.values()) == {1}, "no instruction was handed over twice"
    paid = [item for item in items if item["state"] == "paid"]
    assert {item["id"] for item in paid} == set(bank.paid)
    assert len({(item["household_id"], item["purpose"], item["period"]) for item in paid}) == len(paid)
    found = finance(bureau, "GET", f"/v1/projects/{project['id']}").json()
    spent = len(paid) * ONE + len(course.payments) * PAYMENT
    assert (found["paid"], found["held"]) == (f"{spent:.2f}", "0.00")
    assert spent <= there
    assert finance(bureau, "POST", "/v1/ledger-recounts").json()["differences"] == 0


def test_dozens_of_batches_are_paid_once(
    bureau: Bureau, replicas: Replicas, families: list[dict[str, Any]]
) -> None:
    disburse_with_many(bureau, replicas, families, batches=24, payments=40, kills=2)


@pytest.mark.long
def test_hundreds_of_batches_are_paid_once(
    bureau: Bureau, replicas: Replicas, families: list[dict[str, Any]]
) -> None:
    disburse_with_many(bureau, replicas, families, batches=400, payments=2_000, kills=6)
