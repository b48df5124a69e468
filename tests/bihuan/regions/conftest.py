"""One database with a small county in every service, its registry, its loop and its clients."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest_asyncio

from bihuan.launcher.home import Home
from bihuan.regions.application import Applied, Owner, apply_changes
from bihuan.regions.changes_file import load_changes
from services.household_api.app import create_app as household_app
from services.warning_api.app import create_app as warning_app
from shared.clock import BusinessClock
from shared.regions.lookup import forget_regions
from shared.testing.databases import TestDatabase
from shared.testing.services import SMALL_COUNTY, RunningService, add_county, start_service
from tests.factories.clock import INSIDE_THE_WINDOW
from tests.factories.registry import person
from tests.warning_api.conftest import County as Loop
from tests.warning_api.registry_stub import RegistryStub

COUNTY = "231226"
HEAD = "effective_on,kind,code,name,parent,level,successors\n"

#: Township 231226101 joins 231226100, each of its villages by a line of its own.
MERGER = (
    "2026-11-07,merged,231226101,,,,231226100",
    "2026-11-07,recoded,231226101200,,,,231226100300",
    "2026-11-07,merged,231226101201,,,,231226100202",
)


@dataclass
class World:
    """The county as its services show it, and files of changes carried out on it."""

    database: TestDatabase
    home: Home
    folder: Path
    registry: RunningService
    loop: Loop

    def file(self, *lines: str) -> Path:
        path = self.folder / "changes.csv"
        path.write_text(HEAD + "\n".join(lines) + "\n")
        return path

    async def apply(self, *lines: str, dry_run: bool = False) -> list[Applied]:
        clock = BusinessClock.starting_at(INSIDE_THE_WINDOW + timedelta(hours=1))
        owner = Owner(self.database.owner_url, self.home.kek_file, self.home.match_key_file, clock)
        changes = load_changes(self.file(*lines))
        applied = await apply_changes(owner, changes, source="撤乡并镇.csv", dry_run=dry_run)
        forget_regions(COUNTY)
        return applied

    def caller(self, role: str, org: str, region: str) -> httpx.AsyncClient:
        return self.registry.client(role, org, region)

    async def rows(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        connection = await self.database.connect()
        try:
            return list(await connection.fetch(query, *arguments))
        finally:
            await connection.close()

    async def household(self, number: str, village: str, **more: Any) -> str:
        """A new household of one head; its id."""
        async with self.caller("county", "NY", COUNTY) as county:
            row = person(number, f"户主{number}", region_code=village, **more)
            answer = await county.post("/v1/imports", json={"records": [row]})
            assert answer.json()["accepted"] == 1, answer.text
            listed = await county.get("/v1/households", params={"household_no": number})
            found: str = listed.json()["items"][0]["id"]
            return found


@pytest_asyncio.fixture
async def world(postgres: str, home: Home, tmp_path: Path) -> AsyncIterator[World]:
    forget_regions(COUNTY)
    database = await TestDatabase.copy_of(postgres, home.path, home.kek_file, home.match_key_file)
    for schema in ("household", "warning", "funds"):
        await add_county(database, schema, SMALL_COUNTY)
    registry = start_service("household_api", database, household_app, INSIDE_THE_WINDOW)
    stub = RegistryStub()
    warning = start_service("warning_api", database, warning_app, INSIDE_THE_WINDOW, stub.transport())
    stub.keys = warning.context.match_keys
    loop = Loop(warning, stub, database)
    yield World(database, home, tmp_path, registry, loop)
    for client in loop.clients.values():
        await client.aclose()
    await warning.context.close()
    await registry.context.close()
    await database.drop()
