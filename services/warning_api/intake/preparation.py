"""From the rows of a body to rows for COPY: checked and sealed, a chunk ahead of PostgreSQL."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from services.warning_api.filing import staging
from services.warning_api.intake.validation import RecordCheck, ValidRecord
from shared.sealing import Sealer
from shared.tables.columns import Row

#: Records that are validated, sealed and staged together.
CHUNK = 5000

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
    """The rows of one body on their way; ``rejected`` of them could not be filed so far."""

    rows: Generator[Row, None, None]
    check: RecordCheck
    sealer: Sealer
    county: str
    rejected: int = 0

    async def chunks(self) -> AsyncGenerator[Staged, None]:
        """Chunks one ahead of the consumer. Whatever ends it, the thread has come back and the reader is closed."""
        upcoming = asyncio.create_task(asyncio.to_thread(self._next))
        try:
            while (chunk := await asyncio.shield(upcoming)) is not None:
                upcoming = asyncio.create_task(asyncio.to_thread(self._next))
                yield chunk
        finally:
            await asyncio.gather(upcoming, return_exceptions=True)
            await asyncio.to_thread(self.rows.close)

    def _next(self) -> Staged | None:
        """The next chunk, or None at the end. Runs in a thread."""
        valid: list[tuple[int, ValidRecord]] = []
        rejects: list[staging.Reject] = []
        seen = 0
        for row in islice(self.rows, CHUNK):
            seen += 1
            checked = self.check.check(row.values)
            if isinstance(checked, ValidRecord):
                valid.append((row.line, checked))
            else:
                rejects.append(staging.Reject(row.line, checked, self._kept(row)))
        if not seen:
            return None
        return Staged(
            staging.seal_records(self.sealer, self.county, valid),
            staging.seal_rejects(self.sealer, self.county, rejects),
        )

    def _kept(self, row: Row) -> dict[str, Any]:
        self.rejected += 1
        if self.rejected <= MOST_WHOLE_REJECTS:
            return row.original
        return {"source_record_id": row.values.get("source_record_id")}
