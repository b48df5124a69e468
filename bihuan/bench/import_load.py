"""How fast a whole county's registry is imported, against COPY of the rows that it makes (contract.md, Benchmarks)."""

import asyncio
import shutil
import time
from pathlib import Path
from typing import Any, Final

import asyncpg

from bihuan.bench.push_growth import PeakMemory, at_rest
from bihuan.bench.rivals.registry_copy import (
    ReadyRegistry,
    copy_registry_seconds,
    empty_registry,
    take_ready_registry,
)
from bihuan.bench.system import BenchSystem
from bihuan.client import Connection
from bihuan.sample.registry_file import write_registry_file

#: About 350,000 persons.
HOUSEHOLDS: Final = 119_000
FEW_HOUSEHOLDS: Final = 11_900
OFFICER: Final = "county"
POLL_SECONDS: Final = 0.1

# An officer's thinking is not measured: nothing waits for a review.
NO_REVIEW: Final = (
    "UPDATE household.parameter SET value = to_jsonb(cast(10000000 as int)) WHERE name = 'import_review_rows'"
)


def import_seconds(system: BenchSystem, households: int) -> float:
    """Seconds from the first byte of the file until its rows are in the registry."""
    file = registry_file(system, households)
    officer = system.caller(OFFICER)
    next(iter(officer.households(limit=1)), None)  # The token is fetched before the clock runs.
    started = time.perf_counter()
    made = _until_applied(officer, officer.import_registry(file))
    seconds = time.perf_counter() - started
    if made["rejected"]:
        raise RuntimeError(f"{made['rejected']} of {made['received']} rows were rejected")
    return seconds


def registry_file(system: BenchSystem, households: int) -> Path:
    """The sample county's registry of so many households as CSV, written once for all runs."""
    path = system.folder / f"registry-{households}.csv"
    if not path.exists():
        shutil.move(write_registry_file(system.folder, households), path)
    return path


def start_anew(system: BenchSystem) -> None:
    """An empty registry, and everything written out, so that whoever is timed next starts equal."""
    asyncio.run(empty_registry(system.owner_url))
    asyncio.run(_execute(system.owner_url, NO_REVIEW))
    asyncio.run(_execute(system.server.superuser_url, "CHECKPOINT"))


def import_vs_copy(system: BenchSystem, run: int) -> float:
    """Persons a second until they are in the registry, of those a second that COPY takes."""
    ready = _ready(system)

    def imported() -> float:
        start_anew(system)
        return import_seconds(system, HOUSEHOLDS)

    def copied() -> float:
        start_anew(system)
        return asyncio.run(copy_registry_seconds(system.owner_url, ready))

    if run % 2:
        seconds = copied()
        return seconds / imported()
    seconds = imported()
    return copied() / seconds


def import_memory_growth(system: BenchSystem, run: int) -> float:
    """Memory above idle, all processes of the services together: of ten times the households ÷ of the fewer."""
    few = _above_idle(system, FEW_HOUSEHOLDS)
    return _above_idle(system, HOUSEHOLDS) / few


def _above_idle(system: BenchSystem, households: int) -> int:
    registry_file(system, households)
    system.start_services()
    start_anew(system)
    next(iter(system.caller(OFFICER).households(limit=1)), None)
    idle = at_rest(system)
    with PeakMemory(system.service_processes) as memory:
        import_seconds(system, households)
    return memory.peak - idle


def _ready(system: BenchSystem) -> ReadyRegistry:
    folder = system.folder / f"ready-registry-{HOUSEHOLDS}"
    if folder.exists():
        return ReadyRegistry(folder)
    start_anew(system)
    import_seconds(system, HOUSEHOLDS)
    folder.mkdir()
    return asyncio.run(take_ready_registry(system.owner_url, folder))


def _until_applied(officer: Connection, made: dict[str, Any]) -> dict[str, Any]:
    while made["state"] == "received":
        time.sleep(POLL_SECONDS)
        made = officer.import_state(made["id"])
    if made["state"] != "applied":
        raise RuntimeError(f"the import ended as {made['state']}")
    return made


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
