"""What a list costs where three years of closed months lie beside the one at work (contract.md, Benchmarks)."""

import asyncio
from dataclasses import replace
from typing import Final

import asyncpg

from bihuan.bench.filled_loop import CYCLE, fill_loop, filled_loop
from bihuan.bench.http_load import Caller, under_load
from bihuan.bench.lists import PAGE, callers_of
from bihuan.bench.system import BenchSystem
from bihuan.client.connection import PORT_OFFSETS
from services.warning_api.cycles.rules import previous_cycles

AT_WORK: Final = 100_000
A_MONTH: Final = 25_000
MONTHS: Final = 36
SECONDS: Final = 8.0
#: Plans are made and statistics read by then.
WARM_UP: Final = 1.0
#: More than a caller gets through.
WALKS: Final = 100
TABLES: Final = ("verification_task", "warning")


def history_p99_ratio(system: BenchSystem, run: int) -> float:
    """p99 of pages that are put together anew with 36 months in the tables ÷ with the one at work alone.

    No page stands ready: the service is started anew before each timing, and no list is walked twice in pages of one
    size. The months before are taken out of the partitioned tables and put back. They take turns in going first.
    """
    history = previous_cycles(CYCLE, MONTHS - 1)
    if not (system.folder / "history").exists():
        for cycle in history:
            fill_loop(system, A_MONTH, cycle, settled=False)
        fill_loop(system, AT_WORK)
        (system.folder / "history").touch()
        asyncio.run(_move(system, history, "DETACH PARTITION {partition}"))

    def with_history() -> float:
        asyncio.run(_move(system, history, "ATTACH PARTITION {partition} FOR VALUES IN ('{cycle}')"))
        try:
            return _cold_p99(system)
        finally:
            asyncio.run(_move(system, history, "DETACH PARTITION {partition}"))

    if run % 2:
        long = with_history()
        return long / _cold_p99(system)
    short = _cold_p99(system)
    return with_history() / short


def _cold_p99(system: BenchSystem) -> float:
    system.start_services()
    port = system.installation.port_base + PORT_OFFSETS["warning"]
    callers = [_never_twice(caller) for caller in callers_of(system, filled_loop(system, CYCLE))]
    return under_load(port, callers, WARM_UP, SECONDS).p99


def _never_twice(caller: Caller) -> Caller:
    """Walks its list in pages of another size each time."""
    sizes = range(PAGE - 1, PAGE - WALKS, -1)
    return replace(
        caller, other_paths=[caller.path.replace(f"limit={PAGE}", f"limit={size}") for size in sizes]
    )


async def _move(system: BenchSystem, cycles: list[str], how: str) -> None:
    owner = await asyncpg.connect(system.owner_url)
    try:
        for table in TABLES:
            for cycle in cycles:
                partition = f"warning.{table}_{cycle.replace('-', '_')}"
                change = how.format(partition=partition, cycle=cycle)
                await owner.execute(f"ALTER TABLE warning.{table} {change}")
            await owner.execute(f"ANALYZE warning.{table}")
    finally:
        await owner.close()
    await system.checkpoint()
