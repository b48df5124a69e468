"""That a push costs no more, a record, and no more memory when it is ten times as long."""

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import psutil

from bihuan.bench.push_load import RECORDS, push_seconds, seconds_of_both
from bihuan.bench.system import BenchSystem

MANY: Final = 1_000_000
SAMPLE_SECONDS: Final = 0.05
REST_SECONDS: Final = 1.0
MEBIBYTE: Final = 2**20


class PeakMemory:
    """The most resident memory that processes and their children have together while the block runs, in bytes."""

    def __init__(self, processes: Sequence[psutil.Process]) -> None:
        self._processes = processes
        self._done = threading.Event()
        self._sampling = threading.Thread(target=self._sample, daemon=True)
        self.peak = 0

    def __enter__(self) -> "PeakMemory":
        self._sampling.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._sampling.join()

    def _sample(self) -> None:
        while not self._done.wait(SAMPLE_SECONDS):
            self.peak = max(self.peak, resident(self._processes))


def resident(processes: Sequence[psutil.Process]) -> int:
    """Bytes of resident memory of the processes and their children."""
    total = 0
    for process in processes:
        for each in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                total += each.memory_info().rss
    return total


def growth(system: BenchSystem, run: int) -> float:
    """(Push ÷ COPY at a million records) ÷ (the same at a hundred thousand)."""
    pushed, copied = seconds_of_both(system, run, RECORDS)
    pushed_many, copied_many = seconds_of_both(system, run, MANY)
    return (pushed_many / copied_many) / (pushed / copied)


def memory_mib(system: BenchSystem, run: int) -> float:
    """MiB above idle at the height of a push of a million, all processes of the services together."""
    return _above_idle(system, MANY) / MEBIBYTE


def memory_growth(system: BenchSystem, run: int) -> float:
    """The same ÷ that of a push of a hundred thousand."""
    few = _above_idle(system, RECORDS)
    return _above_idle(system, MANY) / few


def _above_idle(system: BenchSystem, records: int) -> int:
    """Bytes above those of services that have just been started and have answered once."""
    system.start_services()
    system.start_anew()
    system.caller().cycle()
    idle = at_rest(system)
    with PeakMemory(system.service_processes) as memory:
        push_seconds(system, records)
        _until_compared(system)
    return memory.peak - idle


def at_rest(system: BenchSystem) -> int:
    """Bytes once no process grows any more: the ones that services start beside themselves are ready after them."""
    before, now = 0, resident(system.service_processes)
    while now > before:
        time.sleep(REST_SECONDS)
        before, now = now, resident(system.service_processes)
    return now


def _until_compared(system: BenchSystem) -> None:
    """The comparison belongs to the push: its worker's memory counts too, where a worker runs."""
    if any(name.endswith("-worker") for name in system.setup.processes):
        (batch,) = system.caller().get("/v1/batches")["items"]
        while batch["state"] == "filed":
            time.sleep(SAMPLE_SECONDS * 10)
            batch = system.caller().batch(batch["id"])
