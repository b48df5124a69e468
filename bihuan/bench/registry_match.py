"""How fast a hundred thousand persons are matched through the API, against the join alone (contract.md, Benchmarks)."""

import asyncio
import time
from itertools import islice
from typing import Any, Final

import asyncpg

from bihuan.bench.system import BenchSystem
from bihuan.sample.registry import generate_registry

#: The worker applies what is imported to begin with.
PROCESSES: Final = ("identity_api", "household_api", "household_api-worker")
#: Enough for as many persons with an ID number as are matched.
HOUSEHOLDS: Final = 36_000
SUBJECTS: Final = 100_000
CHUNK: Final = 5_000
CALLER: Final = "system"

TAKE_SUBJECTS: Final = f"""
CREATE TABLE IF NOT EXISTS household.bench_subject AS
SELECT row_number() OVER (ORDER BY hashtext(id::text)) AS ref, match_key_id, match_index
FROM household.person WHERE match_index IS NOT NULL ORDER BY 1 LIMIT {SUBJECTS}"""

JOIN: Final = """
SELECT s.ref, p.id, p.household_id, p.region_code, p.status, h.household_type, h.monitoring_type
FROM household.bench_subject s
JOIN household.person p ON p.county_code = '231226' AND p.match_key_id = s.match_key_id
    AND p.match_index = s.match_index
JOIN household.household h ON h.county_code = p.county_code AND h.id = p.household_id"""


def match_vs_sql_join(system: BenchSystem, run: int) -> float:
    """Seconds of twenty calls, one after the other, ÷ seconds of one statement with its rows fetched."""
    chunks = _chunks()
    asyncio.run(_take_subjects(system.owner_url))
    if run % 2:
        joined = asyncio.run(_join_seconds(system.owner_url))
        return _match_seconds(system, chunks) / joined
    matched = _match_seconds(system, chunks)
    return matched / asyncio.run(_join_seconds(system.owner_url))


def _chunks() -> list[list[dict[str, Any]]]:
    persons = (person for person in generate_registry(HOUSEHOLDS) if person["id_number"])
    subjects = (
        {"ref": str(number), "id_number": person["id_number"], "name": person["name"]}
        for number, person in enumerate(persons)
    )
    taken = islice(subjects, SUBJECTS)
    return list(iter(lambda: list(islice(taken, CHUNK)), []))


def _match_seconds(system: BenchSystem, chunks: list[list[dict[str, Any]]]) -> float:
    caller = system.caller(CALLER)
    caller.matches(chunks[0][:1])  # The token is fetched before the clock runs.
    started = time.perf_counter()
    answers = [caller.matches(chunk) for chunk in chunks]
    seconds = time.perf_counter() - started
    exact = sum(match["match"] == "exact" for answer in answers for match in answer)
    if exact < SUBJECTS:
        raise RuntimeError(f"only {exact} of {SUBJECTS} registered persons were found")
    return seconds


async def _take_subjects(owner_url: str) -> None:
    owner = await asyncpg.connect(owner_url)
    try:
        await owner.execute(TAKE_SUBJECTS)
        await owner.execute("ANALYZE household.bench_subject")
    finally:
        await owner.close()


async def _join_seconds(owner_url: str) -> float:
    """The join as the owner, whom no policy concerns."""
    owner = await asyncpg.connect(owner_url)
    try:
        started = time.perf_counter()
        found = await owner.fetch(JOIN)
        seconds = time.perf_counter() - started
    finally:
        await owner.close()
    if len(found) < SUBJECTS:
        raise RuntimeError(f"the join found {len(found)} of {SUBJECTS}")
    return seconds
