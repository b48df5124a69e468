"""A month of a city of 73 townships, with 50,000 visits, played at once by all its callers while services die."""

import asyncio
import json
import os
import random
import threading
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import pytest_asyncio

from tests.e2e.contract_client import CYCLE, TODAY
from tests.factories.system import System, bihuan
from tests.month.callers import PatientCaller
from tests.month.city import COUNTIES, INDICATORS, TOWNSHIPS, County, counties, write_regions
from tests.month.township import Township

TASKS: Final = int(os.environ.get("BIHUAN_MONTH_TASKS", "50000"))
SEED: Final = 20261108
VICTIMS: Final = (
    "warning_api",
    "warning_api-worker",
    "household_api",
    "household_api-worker",
    "identity_api",
)
WAITS: Final = ("risk_confirmed", "needs_department")


class City:
    """The callers of the seven counties."""

    def __init__(self, system: System, http: httpx.AsyncClient, entries: Sequence[dict[str, Any]]) -> None:
        self.system = system
        self._callers: dict[tuple[str, str], PatientCaller] = {}
        self.townships: list[Township] = []
        for number, entry in enumerate(entries):
            if not entry["region_code"]:
                continue
            caller = PatientCaller(http, entry, system=system, chance=random.Random(SEED + number))
            county = entry["region_code"][:6]
            if entry["role"] == "township":
                self.townships.append(Township(caller, system.warning, len(self.townships) % 4 == 0))
            else:
                self._callers[county, entry["name"]] = caller

    def caller(self, county: str, name: str) -> PatientCaller:
        return self._callers[county, name]

    def everybody(self) -> list[PatientCaller]:
        return [*self._callers.values(), *(each.caller for each in self.townships)]


class Interruptions:
    """Kills a service every few seconds while the block runs."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.killed: Counter[str] = Counter()

    def _run(self) -> None:
        chance = random.Random(SEED)
        while not self._done.wait(chance.uniform(8, 20)):
            victim = chance.choice(VICTIMS)
            self._system.kill(victim)
            self.killed[victim] += 1

    def __enter__(self) -> "Interruptions":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


@pytest_asyncio.fixture
async def city(system: System, tmp_path: Path) -> AsyncIterator[City]:
    write_regions(tmp_path / "regions.csv")
    out = tmp_path / "credentials.json"
    added = bihuan(system.home, "county", "add", str(tmp_path / "regions.csv"), "--credentials", str(out))
    assert added.returncode == 0, added.stderr
    limits = httpx.Limits(max_connections=200)
    async with httpx.AsyncClient(timeout=120, limits=limits) as http:
        yield City(system, http, json.loads(out.read_text()))


# A caller that hangs up while it connects leaves its socket, or what asyncio has made of it, to the collector: that is
# the interruption, not a fault.
@pytest.mark.filterwarnings("ignore:unclosed (<socket|transport):ResourceWarning")
@pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <(socket|function _SelectorTransport):pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.long
async def test_a_month_of_a_city(city: City) -> None:
    everywhere = counties(TASKS)
    assert len(city.townships) == TOWNSHIPS
    await asyncio.gather(*(import_registry(city, county) for county in everywhere))
    dispatched, answered = asyncio.Event(), asyncio.Event()
    with Interruptions(city.system) as interruptions:
        visits = asyncio.gather(*(township.work(dispatched) for township in city.townships))
        returns = [asyncio.create_task(return_some(city, county, answered)) for county in COUNTIES]
        await push_everything(city, everywhere)
        dispatched.set()
        await visits
        answered.set()
        returned = sum(await asyncio.gather(*returns))
        # What was returned at the last moment is visited once more.
        await asyncio.gather(*(township.work(dispatched) for township in city.townships))
        await asyncio.gather(*(answer_outcomes(city, county) for county in COUNTIES))
    assert interruptions.killed.total() >= 3
    assert sum(caller.lost for caller in city.everybody()) > 0
    assert returned > 0
    assert sum(township.sheets for township in city.townships) > 0
    for township in city.townships:
        await township.pull()
        assert township.repeated == []
        whole, _ = await township.caller.walk(f"{city.system.warning}/v1/tasks", cycle=CYCLE)
        assert {task["id"]: task["version"] for task in whole} == {
            id_: task["version"] for id_, task in township.seen.items()
        }
    for county in everywhere:
        await check_fates(city, county)
        await check_statistics(city, county.code)
        await check_cases(city, county.code)


async def import_registry(city: City, county: County) -> None:
    bureau = city.caller(county.code, "county")
    answer = await bureau.request(
        "POST",
        f"{city.system.household}/v1/imports",
        content=county.registry(),
        headers={"Content-Type": "text/csv", "Idempotency-Key": f"registry-{county.code}"},
    )
    assert answer.status_code in (200, 201), answer.text
    made = answer.json()
    while made["state"] == "received":
        await asyncio.sleep(0.5)
        made = await bureau.get(f"{city.system.household}/v1/imports/{made['id']}")
    assert (made["state"], made["rejected"]) == ("applied", 0)


async def push_everything(city: City, everywhere: Sequence[County]) -> None:
    """Every department of every county, all on the same afternoon; until all is dispatched."""
    await asyncio.gather(*(push(city, county, org) for county in everywhere for org in INDICATORS))


async def push(city: City, county: County, org: str) -> None:
    department = city.caller(county.code, org)
    records = county.records(org)
    batch = await send(city, department, f"{org}-1", records)
    assert (batch["accepted"], batch["duplicate"], batch["rejected"]) == (len(records) - 2, 1, 1)
    while batch["state"] not in ("dispatched", "closed"):
        await asyncio.sleep(2)
        batch = await department.get(f"{city.system.warning}/v1/batches/{batch['id']}")
    assert sum(batch["matches"].values()) == batch["accepted"]


async def send(
    city: City, department: PatientCaller, batch_no: str, records: list[dict[str, Any]]
) -> dict[str, Any]:
    answer = await department.request(
        "POST",
        f"{city.system.warning}/v1/batches",
        params={"batch_no": batch_no},
        json={"records": records},
    )
    assert answer.status_code in (200, 201), answer.text
    batch: dict[str, Any] = answer.json()
    return batch


async def return_some(city: City, county: str, answered: asyncio.Event) -> int:
    """The county looks at what was answered and sends one in 150 back, each once; how many."""
    bureau = city.caller(county, "county")
    looked_at: set[str] = set()
    returned = 0
    last = False
    while not last:
        last = answered.is_set()
        tasks, _ = await bureau.walk(f"{city.system.warning}/v1/tasks", cycle=CYCLE, state="closed")
        for task in tasks:
            if task["id"] in looked_at:
                continue
            looked_at.add(task["id"])
            if bureau.chance.random() < 1 / 150:
                answer = await bureau.request(
                    "POST",
                    f"{city.system.warning}/v1/tasks/{task['id']}/return",
                    json={"reason": "请补充入户照片"},
                    headers={"If-Match": "*", "Idempotency-Key": f"return-{task['id']}"},
                )
                assert answer.status_code == 200, answer.text
                returned += 1
        await asyncio.sleep(3)
    return returned


async def answer_outcomes(city: City, county: str) -> None:
    """Departments say what they did, until nothing waits for them."""
    await asyncio.gather(*(answer_of(city, county, org) for org in INDICATORS))


async def answer_of(city: City, county: str, org: str) -> None:
    department = city.caller(county, org)
    outcomes, _ = await department.walk(f"{city.system.warning}/v1/outcomes", cycle=CYCLE)
    waiting = [each for each in outcomes if each["outcome"] in WAITS and each["answer_due_on"]]
    for start in range(0, len(waiting), 200):
        items = [
            {"warning_id": each["warning_id"], "measure": "已落实帮扶", "done_on": TODAY}
            for each in waiting[start : start + 200]
        ]
        answer = await department.request(
            "POST", f"{city.system.warning}/v1/policy-receipts", json={"items": items}
        )
        assert (answer.status_code, answer.json()["rejected"]) == (200, 0), answer.text


async def check_fates(city: City, county: County) -> None:
    """Every accepted record is a warning with the outcome that its township said last, closed, each once."""
    said = {
        task_id: item
        for township in city.townships
        if township.code.startswith(county.code)
        for task_id, item in township.said.items()
    }
    for org in INDICATORS:
        department = city.caller(county.code, org)
        warnings, _ = await department.walk(f"{city.system.warning}/v1/warnings", cycle=CYCLE)
        own = [warning for warning in warnings if warning["org_code"] == org]
        pushed = {record["source_record_id"] for record in county.records(org)[:-1]}
        assert Counter(warning["source_record_id"] for warning in own) == Counter(pushed)
        assert {warning["state"] for warning in own} == {"closed"}
        outcomes, _ = await department.walk(f"{city.system.warning}/v1/outcomes", cycle=CYCLE)
        told = {each["warning_id"]: each for each in outcomes if each["org_code"] == org}
        assert set(told) == {warning["id"] for warning in own}
        for each in told.values():
            assert each["outcome"] == said[each["task_id"]]["outcome"]


async def check_statistics(city: City, county: str) -> None:
    """Every statistic is what a count of the warnings and tasks themselves gives."""
    bureau = city.caller(county, "county")
    warnings, _ = await bureau.walk(f"{city.system.warning}/v1/warnings", cycle=CYCLE)
    tasks = {
        task["id"]: task for task in (await bureau.walk(f"{city.system.warning}/v1/tasks", cycle=CYCLE))[0]
    }
    task_of = {clue["warning_id"]: task for task in tasks.values() for clue in task["clues"]}
    keys = {
        "township": lambda warning: task_of[warning["id"]]["township_code"],
        "department": lambda warning: warning["org_code"],
        "indicator": lambda warning: warning["indicator"],
    }
    for by, key in keys.items():
        recount: dict[str, Counter[str]] = {}
        for warning in warnings:
            task = task_of[warning["id"]]
            row = recount.setdefault(key(warning), Counter())
            row.update(
                filed=1,
                dispatched=task["dispatched_at"] is not None,
                received=task["received_at"] is not None,
                verified=task["verified_at"] is not None,
                risk_confirmed=warning["outcome"] == "risk_confirmed",
                closed=warning["state"] == "closed",
            )
        rows, _ = await bureau.walk(f"{city.system.warning}/v1/statistics/loop", cycle=CYCLE, by=by)
        shown = {
            row["key"]: {name: row[name] for name in recount[row["key"]]} for row in rows if row["filed"]
        }
        assert shown == {name: dict(counts) for name, counts in recount.items()}


async def check_cases(city: City, county: str) -> None:
    """Every confirmed visit has a case, or the reason why there is none, and no case has two visits."""
    bureau = city.caller(county, "county")
    give_up = asyncio.get_running_loop().time() + 1800
    while True:
        tasks, _ = await bureau.walk(f"{city.system.warning}/v1/tasks", cycle=CYCLE)
        confirmed = [task for task in tasks if task["outcome"] == "risk_confirmed"]
        open_still = [task for task in confirmed if not (task["case_id"] or task["case_refused"])]
        if not open_still or asyncio.get_running_loop().time() > give_up:
            break
        await asyncio.sleep(2)
    assert confirmed
    assert open_still == []
    cases = [task["case_id"] for task in confirmed if task["case_id"]]
    assert len(cases) == len(set(cases))
