"""What the push is measured against does its work: every record stands in the table, matched with its person."""

import asyncio
from pathlib import Path

from bihuan.bench.pushed_records import pushed_file, record_after
from bihuan.bench.rivals.core_insert import core_insert_seconds
from bihuan.bench.rivals.orm_endpoint import orm_endpoint_seconds
from bihuan.bench.rivals.plain_service import make_registry
from shared.testing.databases import TestDatabase

RECORDS = 5


async def test_both_file_and_match_every_record(database: TestDatabase, tmp_path: Path) -> None:
    path = pushed_file(tmp_path, RECORDS)
    await make_registry(database.owner_url, path)
    for rival in (orm_endpoint_seconds, core_insert_seconds):
        async with asyncio.timeout(120):
            assert await rival(database.owner_url, path, "2026-11") > 0
        owner = await database.connect()
        # The ORM endpoint has filed one of somebody else before the clock ran.
        rows = await owner.fetch(
            "SELECT state, match, person_id IS NOT NULL AS found FROM warning.warning WHERE source_record_id <> $1",
            record_after(RECORDS)["source_record_id"],
        )
        await owner.execute("TRUNCATE warning.warning CASCADE")
        await owner.close()
        assert [tuple(row) for row in rows] == [("compared", "ordinary", True)] * RECORDS
