"""How soon what was pushed is a task that its township sees, against COPY and one matching statement."""

import asyncio
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson

from bihuan.bench.push_load import RECORDS
from bihuan.bench.rivals.bare_copy import ReadyRows, copy_seconds, take_ready_rows, take_registry
from bihuan.bench.system import BenchSystem
from bihuan.sample.registry import generate_registry

#: Enough for as many persons with an ID number as are pushed.
HOUSEHOLDS: Final = 36_000
#: A read of one row; the time until it is seen counts.
POLL_SECONDS: Final = 0.1
GIVE_UP_SECONDS: Final = 900.0


def visible_vs_copy_and_match(system: BenchSystem, run: int) -> float:
    """Seconds from the first byte of a push until its batch is dispatched ÷ those of COPY and one statement."""
    rows = ready_rows(system)

    def push() -> float:
        system.start_anew()
        return visible_seconds(system)

    def copy() -> float:
        system.start_anew()
        return asyncio.run(copy_seconds(system.owner_url, rows, match=True))

    if run % 2:
        copied = copy()
        return push() / copied
    visible = push()
    return visible / copy()


def ready_rows(system: BenchSystem) -> ReadyRows:
    """The rows of a first push, and the persons that its comparison has found; taken once."""
    path = system.folder / "ready-registered"
    if not path.exists():
        system.start_anew()
        visible_seconds(system)
        asyncio.run(take_ready_rows(system.owner_url, path))
        asyncio.run(take_registry(system.owner_url))
    return ReadyRows(path, RECORDS)


def visible_seconds(system: BenchSystem) -> float:
    """Seconds from the first byte of a push until all its warnings have tasks."""
    caller = system.caller()
    body = registered_file(system.folder)
    caller.cycle()  # The token is fetched before the clock runs.
    started = time.perf_counter()
    batch = caller.push(body, "visible")
    while batch["state"] != "dispatched":
        if time.perf_counter() - started > GIVE_UP_SECONDS:
            raise RuntimeError(f"the batch is {batch['state']} after {GIVE_UP_SECONDS:g} s")
        time.sleep(POLL_SECONDS)
        batch = caller.batch(batch["id"])
    return time.perf_counter() - started


def registered_file(folder: Path) -> Path:
    """A push about persons of the registry, each once, as NDJSON."""
    path = folder / "push-registered.ndjson"
    if not path.exists():
        with path.open("wb") as file:
            file.writelines(orjson.dumps(record) + b"\n" for record in islice(registered_records(), RECORDS))
    return path


def registered_records() -> Iterator[dict[str, Any]]:
    """A record about every person of the registry who has an ID number."""
    persons = (person for person in generate_registry(HOUSEHOLDS) if person["id_number"])
    for number, person in enumerate(persons):
        yield {
            "source_record_id": f"YB-2026-11-{number:07d}",
            "id_number": person["id_number"],
            "name": person["name"],
            "region_code": person["region_code"],
            "indicator": "YB01",
            "occurred_on": f"2026-10-{number % 28 + 1:02d}",
            "amount": f"{5000 + number % 90_000}.{number % 100:02d}",
            "phone": person["phone"],
            "detail": f"县医院住院，个人自付{5000 + number % 90_000}元，出院诊断待补",
        }
