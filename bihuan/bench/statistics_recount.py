"""How long a county officer waits for the loop statistics of a million warnings, against a recount in SQL."""

import asyncio
import time
from typing import Final

import asyncpg

from bihuan.bench.filled_loop import COUNTY, CYCLE, fill_loop
from bihuan.bench.loop_reset import reset_loop
from bihuan.bench.rivals.loop_recount import KEYS, recount_seconds
from bihuan.bench.system import FILING, BenchSystem
from bihuan.client import Connection
from bihuan.launcher.credentials import read_credentials

#: With the worker, which adds the entries up.
PROCESSES: Final = (*FILING, "warning_api-worker")
WARNINGS: Final = 1_000_000
#: Each grouping is asked for so many times: one answer takes milliseconds.
TIMES: Final = 5
COUNTED: Final = ("filed", "verified", "fed_back", "closed")


def vs_recount(system: BenchSystem, run: int) -> float:
    """Seconds for the statistics in every grouping of the contract, over HTTP ÷ those of the same in SQL."""
    if asyncio.run(_standing(system)) != WARNINGS:
        asyncio.run(reset_loop(system.owner_url))
        fill_loop(system, WARNINGS)
    asyncio.run(_count(system))
    with _officer(system) as officer:
        officer.loop_statistics(CYCLE, "township")  # The token is fetched before the clock runs.
        if run % 2:
            recounted, truth = asyncio.run(recount_seconds(system.owner_url, COUNTY, CYCLE))
            asked, told = _asked_seconds(officer)
        else:
            asked, told = _asked_seconds(officer)
            recounted, truth = asyncio.run(recount_seconds(system.owner_url, COUNTY, CYCLE))
    if told != truth:
        raise RuntimeError(f"the statistics say {told}, a recount {truth}")
    return asked / recounted


def _asked_seconds(officer: Connection) -> tuple[float, dict[str, int]]:
    """Seconds for one answer in every grouping, and the sums of what they say."""
    started = time.perf_counter()
    for _ in range(TIMES):
        rows = [row for by in KEYS for row in officer.loop_statistics(CYCLE, by)]
    seconds = (time.perf_counter() - started) / TIMES
    return seconds, {name: sum(row[name] for row in rows) for name in COUNTED}


def _officer(system: BenchSystem) -> Connection:
    credentials = read_credentials(system.installation.home.credentials_file)
    entry = next(each for each in credentials if each["role"] == "county" and each["region_code"] == COUNTY)
    return Connection.from_credentials(entry, system.installation.port_base)


async def _standing(system: BenchSystem) -> int:
    owner = await asyncpg.connect(system.owner_url)
    try:
        statement = "SELECT count(*) FROM warning.warning WHERE county_code = $1 AND cycle = $2"
        return int(await owner.fetchval(statement, COUNTY, CYCLE))
    finally:
        await owner.close()


async def _count(system: BenchSystem) -> None:
    """What was written by COPY was not counted: as the nightly recount does it, then added up."""
    owner = await asyncpg.connect(system.owner_url)
    try:
        await owner.execute("SELECT warning.recount_loop($1, $2, gen_random_uuid())", COUNTY, CYCLE)
        await owner.execute("SELECT warning.fold_loop_counts($1)", COUNTY)
        await owner.execute("VACUUM (ANALYZE) warning.loop_count, warning.loop_due, warning.loop_delta")
    finally:
        await owner.close()
