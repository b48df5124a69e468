"""Nothing is lost and nothing doubled, whatever is killed, at whatever moment."""

import random
import threading
import time

import pytest

from tests.factories.system import System
from tests.faults.bureau import CYCLE, TODAY, Bureau


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
