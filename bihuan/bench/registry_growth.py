"""How reading the registry grows with it: searches, household pages and lists at a million persons against a
hundred thousand (contract.md, Benchmarks).

Both registries are imported once and taken out as ready rows; each run puts first the one, then the other in their
place by COPY. One caller asks, one question after the other: what is measured is the answer, not the queue.
"""

import asyncio
import time
from collections.abc import Callable
from math import ceil
from random import Random
from typing import Any, Final

import asyncpg

from bihuan.bench.import_load import OFFICER, import_seconds, start_anew
from bihuan.bench.rivals.registry_copy import (
    ReadyRegistry,
    copy_registry_seconds,
    empty_registry,
    take_ready_registry,
)
from bihuan.bench.system import BenchSystem
from bihuan.client import Connection

PROCESSES: Final = ("identity_api", "household_api", "household_api-worker")
#: About 100,000 and 1,000,000 persons.
FEW: Final = 34_000
MANY: Final = 340_000
ASKED: Final = 400
WARM_UP: Final = 40
PAGE: Final = 100
PURPOSE: Final = "verification:bench"

SOME_HOUSEHOLDS: Final = """
SELECT h.id::text AS id, left(h.region_code, 12) AS region FROM household.household h
ORDER BY hashtext(h.id::text) LIMIT $1"""

Question = Callable[[], object]


def p99_growth(system: BenchSystem, run: int) -> float:
    """The p99 of the three questions added up at a million persons ÷ the same at a hundred thousand."""
    few, many = (_ready(system, households) for households in (FEW, MANY))
    first, second = (many, few) if run % 2 else (few, many)
    latencies = {each.folder: _p99s(system, each, run) for each in (first, second)}
    return latencies[many.folder] / latencies[few.folder]


def _ready(system: BenchSystem, households: int) -> ReadyRegistry:
    folder = system.folder / f"ready-{households}"
    if folder.exists():
        return ReadyRegistry(folder)
    start_anew(system)
    import_seconds(system, households)
    folder.mkdir()
    return asyncio.run(take_ready_registry(system.owner_url, folder))


def _p99s(system: BenchSystem, ready: ReadyRegistry, run: int) -> float:
    asyncio.run(_put_in_place(system, ready))
    officer = system.caller(OFFICER)
    households = asyncio.run(_some_households(system.owner_url))
    numbers = [_id_number(officer, row["id"]) for row in households[:PAGE]]
    random = Random(run)
    questions: tuple[Question, ...] = (
        lambda: officer.search({"id_number": random.choice(numbers)}, PURPOSE),
        lambda: officer.household(random.choice(households)["id"]),
        lambda: officer.get("/v1/households", {"region": random.choice(households)["region"], "limit": PAGE}),
    )
    for question in questions:
        _p99(question, WARM_UP)
    return sum(_p99(question, ASKED) for question in questions)


def _p99(question: Question, times: int) -> float:
    """Seconds within which 99 of a hundred answers came."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        question()
        taken.append(time.perf_counter() - started)
    return sorted(taken)[ceil(len(taken) * 0.99) - 1]


def _id_number(officer: Connection, household_id: str) -> str:
    """The number of one of the household's members; some have none: then any number, which nobody has."""
    members: list[dict[str, Any]] = officer.household(household_id, purpose=PURPOSE)["members"]
    return next((each["id_number"] for each in members if each["id_number"]), "231226190001010010")


async def _put_in_place(system: BenchSystem, ready: ReadyRegistry) -> None:
    await empty_registry(system.owner_url)
    await copy_registry_seconds(system.owner_url, ready)
    owner = await asyncpg.connect(system.owner_url)
    try:
        await owner.execute("VACUUM (ANALYZE) household.household, household.person")
    finally:
        await owner.close()
    await system.checkpoint()


async def _some_households(owner_url: str) -> list[asyncpg.Record]:
    owner = await asyncpg.connect(owner_url)
    try:
        found: list[asyncpg.Record] = await owner.fetch(SOME_HOUSEHOLDS, ASKED)
        return found
    finally:
        await owner.close()
