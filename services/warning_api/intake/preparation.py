"""From the rows of a body to rows for COPY: checked and sealed, a chunk ahead of PostgreSQL."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from services.warning_api.filing import staging
from services.warning_api.intake.plain_records import PlainRecords
from services.warning_api.intake.validation import ValidRecord
from shared.runtime.precedence import Precedence
from shared.sealing import Sealer
from shared.tables.columns import Row

#: Records that are validated, sealed and staged together. The first chunks are smaller, each twice as long as the
#: one before: PostgreSQL has something to file soon, also of a small batch.
CHUNK = 2000
FIRST_CHUNK = 1000

#: Rejects of one batch that are kept as they were sent. Of those beyond, which are a fault of the file rather
#: than of its records, place, number and reasons are kept.
MOST_WHOLE_REJECTS = 100_000


@dataclass
class Staged:
    """Rows of one chunk, ready for COPY."""

    warnings: list[tuple[Any, ...]]
    rejects: list[tuple[Any, ...]]


@dataclass
class Preparation:
    """The rows of one body on their way; ``rejected`` of them could not be filed so far, ``length`` will be the
    next chunk's."""

    rows: Generator[Row, None, None]
    check: PlainRecords
    sealer: Sealer
    county: str
    precedence: Precedence
    rejected: int = 0
    length: int = FIRST_CHUNK

    async def chunks(self) -> AsyncGenerator[Staged, None]:
        """Chunks one ahead of the consumer. Whatever ends it, the thread has come back and the reader is closed."""
        upcoming = asyncio.create_task(self._prepared())
        try:
            while (chunk := await asyncio.shield(upcoming)) is not None:
                upcoming = asyncio.create_task(self._prepared())
                yield chunk
        finally:
            await asyncio.gather(upcoming, return_exceptions=True)
            await asyncio.to_thread(self.rows.close)

    async def _prepared(self) -> Staged | None:
        await self.precedence.let_others_go_first()
        return await asyncio.to_thread(self._next)

    def _next(self) -> Staged | None:
        """The next chunk, or None at the end. Runs in a thread."""
        valid: list[tuple[int, ValidRecord]] = []
        rejects: list[staging.Reject] = []
        length = min(self.length, CHUNK)
        rows = list(islice(self.rows, length))
        if not rows:
            return None
        self.length = length * 2
        for row, checked in zip(rows, self.check.check([row.values for row in rows]), strict=True):
            if isinstance(checked, ValidRecord):
                valid.append((row.line, checked))
            else:
                rejects.append(staging.Reject(row.line, checked, self._kept(row)))
        return Staged(
            staging.seal_records(self.sealer, self.county, valid),
            staging.seal_rejects(self.sealer, self.county, rejects),
        )

    def _kept(self, row: Row) -> dict[str, Any]:
        self.rejected += 1
        if self.rejected <= MOST_WHOLE_REJECTS:
            return row.original
        return {"source_record_id": row.values.get("source_record_id")}
