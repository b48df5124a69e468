"""Nothing is lost and nothing doubled, whatever is killed, at whatever moment."""

import csv
import json
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.contract_client import check_character
from tests.e2e.test_counties_of_a_city import YICHANG
from tests.factories.system import System, bihuan

COUNTY = "420505"
CYCLE = "2026-11"
TODAY = "2026-11-08"


class Bureau:
    """The callers of one county, by name, with plain HTTP that waits for a service that is being restarted."""

    def __init__(self, system: System, entries: list[dict[str, Any]], villages: list[str]) -> None:
        self.system = system
        self.entries = {entry["name"]: entry for entry in entries}
        self.villages = villages
        self.http = httpx.Client(timeout=60)
        self.tokens: dict[str, str] = {}

    def call(self, name: str, method: str, url: str, **options: Any) -> httpx.Response:
        """Ask until somebody answers: a killed service is away for a moment."""
        give_up = time.monotonic() + 60
        while True:
            try:
                if name not in self.tokens:
                    entry = self.entries[name]
                    answer = self.http.post(
                        f"{self.system.identity}/oauth/token",
                        data={"grant_type": "client_credentials"},
                        auth=(entry["client_id"], entry["client_secret"]),
                    )
                    self.tokens[name] = answer.json()["access_token"]
                headers = {"Authorization": f"Bearer {self.tokens[name]}"}
                return self.http.request(method, url, headers=headers, **options)
            except httpx.TransportError:
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.1)

    def all(self, name: str, url: str, **params: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor = None
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = self.call(name, "GET", url, params={"limit": 500, **params, **more}).json()
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    def records(self, count: int, prefix: str) -> list[dict[str, Any]]:
        """Two records of each of ``count / 2`` persons, of whom the registry knows none."""
        made = []
        for number in range(count):
            person = number // 2
            first = f"{COUNTY}19{60 + person % 30:02d}{1 + person % 12:02d}{11 + person // 1000:02d}{person % 1000:03d}"
            made.append(
                {
                    "source_record_id": f"{prefix}{number}",
                    "id_number": first + check_character(first),
                    "name": "李甲",
                    "region_code": self.villages[person % len(self.villages)],
                    "indicator": "YB01",
                    "occurred_on": "2026-11-03",
                    "amount": "30000.00",
                }
            )
        return made

    def push(self, batch_no: str, records: list[dict[str, Any]]) -> dict[str, Any]:
        answer = self.call(
            "YB",
            "POST",
            f"{self.system.warning}/v1/batches",
            params={"batch_no": batch_no},
            json={"records": records},
        )
        assert answer.status_code in (200, 201), answer.text
        batch: dict[str, Any] = answer.json()
        return batch

    def wait_for_dispatch(self, batch_id: str) -> None:
        give_up = time.monotonic() + 120
        while time.monotonic() < give_up:
            batch = self.call("YB", "GET", f"{self.system.warning}/v1/batches/{batch_id}").json()
            if batch["state"] == "dispatched":
                return
            time.sleep(0.2)
        raise AssertionError(f"batch stayed {batch['state']}")


@pytest.fixture(scope="module")
def bureau(system: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    folder: Path = tmp_path_factory.mktemp("regions")
    path = folder / "regions.csv"
    with YICHANG.open(encoding="utf-8-sig", newline="") as source, path.open("w", newline="") as target:
        rows = [
            row
            for row in csv.DictReader(source)
            if row["level"] in ("province", "city") or row["code"].startswith(COUNTY)
        ]
        writer = csv.DictWriter(target, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    added = bihuan(system.home, "county", "add", str(path), "--credentials", str(folder / "c.json"))
    assert added.returncode == 0, added.stderr
    villages = [row["code"] for row in rows if row["level"] == "village"]
    made = Bureau(system, json.loads((folder / "c.json").read_text()), villages)
    yield made
    made.http.close()


class Killer:
    """Kills a process again and again, at random moments, while the block runs."""

    def __init__(self, system: System, name: str, times: int, seed: int) -> None:
        self._random = random.Random(seed)
        self._done = threading.Event()
        self.kills = 0
        self._thread = threading.Thread(target=self._run, args=(system, name, times))

    def _run(self, system: System, name: str, times: int) -> None:
        while self.kills < times and not self._done.wait(self._random.uniform(0.05, 0.8)):
            system.kill(name)
            self.kills += 1

    def __enter__(self) -> "Killer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


@pytest.mark.parametrize(
    ("victim", "batch_no"), [("household_api", "K1"), ("warning_api-worker", "K2"), ("warning_api", "K3")]
)
def test_a_batch_is_compared_once_though_a_process_dies(
    system: System, bureau: Bureau, victim: str, batch_no: str
) -> None:
    records = bureau.records(12_000, batch_no)
    before = len(bureau.all("county", f"{system.warning}/v1/tasks", cycle=CYCLE))
    with Killer(system, victim, 2, seed=231226) as killer:
        batch = bureau.push(batch_no, records)
        bureau.wait_for_dispatch(batch["id"])
    assert killer.kills >= 1
    again = bureau.push(batch_no, records)
    assert again["id"] == batch["id"]
    assert (again["accepted"], again["duplicate"], again["rejected"]) == (12_000, 0, 0)
    progress = bureau.call("YB", "GET", f"{system.warning}/v1/batches/{batch['id']}").json()
    assert sum(progress["matches"].values()) == 12_000
    tasks = bureau.all("county", f"{system.warning}/v1/tasks", cycle=CYCLE)
    clues = [clue["warning_id"] for task in tasks for clue in task["clues"]]
    assert len(clues) == len(set(clues))
    # The same persons in every batch: their tasks are open, so later batches join them.
    assert len(tasks) - before in (0, 6_000)
    assert len(tasks) == 6_000


def test_confirmed_risks_arrive_once_though_the_registry_dies(system: System, bureau: Bureau) -> None:
    townships = [e for e in bureau.entries.values() if e["role"] == "township"]
    township = townships[0]["name"]
    tasks = bureau.all(township, f"{system.warning}/v1/tasks", cycle=CYCLE, state="pending")[:40]
    answers = [
        {
            "task_id": task["id"],
            "outcome": "risk_confirmed",
            "visited_on": TODAY,
            "verifiers": ["李四", "王五"],
        }
        for task in tasks
    ]
    with Killer(system, "household_api", 3, seed=7):
        done = bureau.call(
            township, "POST", f"{system.warning}/v1/verifications", json={"items": answers}
        ).json()
        assert done["accepted"] == len(answers) == 40
        time.sleep(2)
    wanted = {task["id"] for task in tasks}
    give_up = time.monotonic() + 60
    opened: list[str] = []
    while time.monotonic() < give_up and len(opened) < 40:
        cases = bureau.all("county", f"{system.household}/v1/cases")
        opened = [case["source_task_id"] for case in cases if case["source_task_id"] in wanted]
        time.sleep(0.3)
    assert sorted(opened) == sorted(wanted)
