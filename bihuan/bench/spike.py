"""That lists stay usable while ten departments push at once."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle as again_and_again
from itertools import islice
from pathlib import Path
from statistics import quantiles
from typing import Final

import asyncpg

from bihuan.bench.push_load import RECORDS
from bihuan.bench.push_rivals import CYCLE
from bihuan.bench.push_visible import POLL_SECONDS, registered_file, visible_seconds
from bihuan.bench.spike_clients import Polling, push_all
from bihuan.bench.system import BenchSystem
from bihuan.county import Credential
from bihuan.county.clients import DEPARTMENTS
from bihuan.launcher.credentials import read_credentials

POLLERS: Final = 24
QUIET_SECONDS: Final = 40.0
BUSY_LOOPS: Final = 2

FILED: Final = (
    "SELECT count(*) = $1 AND count(DISTINCT (org_code, source_record_id)) = $1 FROM warning.warning"
)


def spike_list_p99_ratio(system: BenchSystem, run: int) -> float:
    """99th percentile of the pollers' waits while ten departments push 100,000 records each at once ÷ that beside
    two busy loops.

    The lists hold the tasks of a push before, which is dispatched; the records of the spike are about the same
    persons, so that the polled pages are of the same tasks (with more and more clues, as batches are compared: that
    is not taken out). Townships of the sample county are polled by several pollers each, 24 in all. Pushes and
    pollers run in processes of their own on the same machine in both cases, the files are made before. Refuses to
    give a figure unless all records are filed, each once.
    """
    credentials = read_credentials(system.installation.home.credentials_file)
    departments = [
        (entry, department_file(system.folder, entry["org_code"]))
        for entry in credentials
        if entry["name"] in DEPARTMENTS
    ]
    if len(departments) != len(DEPARTMENTS):
        raise RuntimeError(f"{len(departments)} departments have clients")
    system.start_anew()
    visible_seconds(system)
    asyncio.run(_settle(system))

    def pushing() -> list[float]:
        with polling(system, credentials) as polling_them:
            spike = push_all(departments, system.installation.port_base, "spike")
        if [batch["accepted"] for batch in spike.batches] != [RECORDS] * len(departments):
            raise RuntimeError("not every record of the spike was filed")
        return [seconds for due, seconds in polling_them.polls if spike.began <= due <= spike.ended]

    def beside_busy_loops() -> list[float]:
        with busy_loops(BUSY_LOOPS), polling(system, credentials) as polling_them:
            time.sleep(QUIET_SECONDS)
        return [seconds for _, seconds in polling_them.polls]

    quiet = p99(beside_busy_loops())
    spiked = p99(pushing())
    asyncio.run(_check_filed(system, RECORDS * (len(departments) + 1)))
    _until_dispatched(system)
    return spiked / quiet


def polling(system: BenchSystem, credentials: Sequence[Credential]) -> Polling:
    townships = [entry for entry in credentials if entry["role"] == "township"]
    pollers = list(islice(again_and_again(townships), POLLERS))
    return Polling(pollers, system.installation.port_base, CYCLE)


@contextmanager
def busy_loops(count: int) -> Iterator[None]:
    """So many processes that do nothing but take processor time."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def p99(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=100)[98]


def department_file(folder: Path, org: str) -> Path:
    """Records of one department about the persons of the registry, each once."""
    path = folder / f"spike-{org}.ndjson"
    if not path.exists():
        about_persons = registered_file(folder).read_bytes()
        path.write_bytes(
            about_persons.replace(b'"YB-', f'"{org}-S-'.encode()).replace(b'"YB', f'"{org}'.encode())
        )
    return path


async def _settle(system: BenchSystem) -> None:
    """What autovacuum does within minutes; nothing of it shall fall into the polling."""
    owner = await asyncpg.connect(system.owner_url)
    for table in ("warning", "verification_task"):
        await owner.execute(f"VACUUM (ANALYZE) warning.{table}")
    await owner.close()
    await system.checkpoint()


async def _check_filed(system: BenchSystem, records: int) -> None:
    owner = await asyncpg.connect(system.owner_url)
    filed = await owner.fetchval(FILED, records)
    await owner.close()
    if not filed:
        raise RuntimeError(f"not all {records} records stand in the table, each once")


def _until_dispatched(system: BenchSystem) -> None:
    """The next run begins with tables that nobody is at work in."""
    county = system.caller("county")
    while any(batch["state"] != "dispatched" for batch in county.get("/v1/batches")["items"]):
        time.sleep(POLL_SECONDS)
