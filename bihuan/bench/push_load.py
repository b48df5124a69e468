"""How fast a push is filed, against COPY of the rows that it makes (contract.md, Benchmarks)."""

import asyncio
import time
from itertools import count

from bihuan.bench.pushed_records import pushed_file
from bihuan.bench.rivals.bare_copy import ReadyRows, copy_seconds, take_ready_rows
from bihuan.bench.system import BenchSystem

RECORDS = 100_000

_batch_numbers = count(1)


def push_seconds(system: BenchSystem, records: int) -> float:
    """Seconds from the first byte of a push to its answer 201; refuses to go on unless all was filed."""
    body = pushed_file(system.folder, records)
    caller = system.caller()
    caller.cycle()  # The token is fetched before the clock runs.
    started = time.perf_counter()
    batch = caller.push(body, f"bench-{next(_batch_numbers)}")
    seconds = time.perf_counter() - started
    if batch["accepted"] != records:
        raise RuntimeError(f"{batch['accepted']} of {records} records were filed")
    return seconds


def ready_rows(system: BenchSystem, records: int) -> ReadyRows:
    """The rows that a push of so many records files, taken once for all runs."""
    path = system.folder / f"ready-{records}"
    if path.exists():
        return ReadyRows(path, records)
    system.start_anew()
    push_seconds(system, records)
    return asyncio.run(take_ready_rows(system.owner_url, path))


def seconds_of_both(system: BenchSystem, run: int, records: int) -> tuple[float, float]:
    """Seconds of the push and of the COPY, each into the empty table; they take turns in going first."""
    rows = ready_rows(system, records)

    def push() -> float:
        system.start_anew()
        return push_seconds(system, records)

    def copy() -> float:
        system.start_anew()
        return asyncio.run(copy_seconds(system.owner_url, rows))

    if run % 2:
        copied = copy()
        return push(), copied
    return push(), copy()


def load_vs_copy(system: BenchSystem, run: int) -> float:
    """Records a second until filed, of those a second that COPY takes."""
    pushed, copied = seconds_of_both(system, run, RECORDS)
    return copied / pushed
