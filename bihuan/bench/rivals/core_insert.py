"""The careful ordinary way: SQLAlchemy Core, inserts in batches, one set-based statement for the match.

It is called in this process, without HTTP.
"""

import time
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import create_async_engine

from bihuan.bench.rivals.bare_copy import MATCH
from bihuan.bench.rivals.plain_service import WARNING, make_sealer, read_records, row_of
from shared.db.identifiers import new_id

BATCH: Final = 1_000


async def core_insert_seconds(owner_url: str, path: Path, cycle: str) -> float:
    """Seconds from the file to the commit of its warnings, matched with the registry."""
    engine = create_async_engine(owner_url.replace("postgresql://", "postgresql+asyncpg://", 1))
    sealer = make_sealer()
    batch_id = new_id()
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
            started = time.perf_counter()
            rows: list[dict[str, Any]] = []
            for number, record in enumerate(read_records(path), 1):
                rows.append(row_of(record, sealer, batch_id, cycle, number))
                if len(rows) == BATCH:
                    await connection.execute(insert(WARNING), rows)
                    rows.clear()
            if rows:
                await connection.execute(insert(WARNING), rows)
            await connection.execute(text(MATCH))
            await connection.commit()
            return time.perf_counter() - started
    finally:
        await engine.dispose()
