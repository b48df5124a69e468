"""A file that two processes prepare is imported like any other."""

import asyncio
import csv
import io
from typing import Any

import httpx

from services.household_api.imports.reading import ROWS_AT_ONCE
from shared.runtime.companion import SMALL
from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.registry import person

#: Chunks end in the middle of a household, and there is an odd number of them.
HOUSEHOLDS = ROWS_AT_ONCE * 5 // 3
NOTE = "一个很长的住址，用来使文件超过一兆字节：" * 6


def table(prefix: str, last: str = "") -> bytes:
    """Households of two; the members of the first and of the last have no name."""
    rows: list[dict[str, Any]] = []
    for number in range(HOUSEHOLDS):
        no = f"{prefix}{number:05d}"
        rows.append(person(no, f"主{chr(0x4E00 + number)}", address=NOTE, annual_income="15100.50"))
        rows.append(
            person(no, f"子{chr(0x4E00 + number)}", relationship="子", birth_date="2010-02-03", address=NOTE)
        )
    rows[1]["name"] = rows[-1]["name"] = ""
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    made = (text.getvalue() + last).encode()
    assert len(made) > SMALL
    return made


async def import_(county: httpx.AsyncClient, content: bytes) -> httpx.Response:
    return await county.post("/v1/imports", content=content, headers={"Content-Type": "text/csv"})


async def test_two_processes_make_one_import(county: httpx.AsyncClient, running: RunningService) -> None:
    answer = await import_(county, table("G"))
    assert answer.status_code == 201, answer.text
    imported = answer.json()
    assert len(running.context.companions.pids) == 2
    if imported["state"] == "review":
        assert imported["changed"] == HOUSEHOLDS * 2 - 2
    names = ("received", "accepted", "rejected", "households", "persons")
    assert [imported[name] for name in names] == [
        *(HOUSEHOLDS * 2, HOUSEHOLDS * 2 - 2, 2),
        *(HOUSEHOLDS, HOUSEHOLDS * 2 - 2),
    ]
    rejects = (await county.get(f"/v1/imports/{imported['id']}/rejects")).json()["items"]
    assert [row["line"] for row in rejects] == [3, HOUSEHOLDS * 2 + 1]


async def imports(database: TestDatabase) -> int:
    owner = await database.connect()
    found: int = await owner.fetchval("SELECT count(*) FROM household.registry_import")
    await owner.close()
    return found


async def test_a_refused_file_leaves_no_import(county: httpx.AsyncClient, database: TestDatabase) -> None:
    before = await imports(database)
    wide = ",".join(["x"] * 1_001) + "\n"
    answer = await import_(county, table("H", wide))
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_columns")
    assert await imports(database) == before
    both = await asyncio.gather(import_(county, table("I")), import_(county, table("J")))
    assert [each.status_code for each in both] == [201, 201]
