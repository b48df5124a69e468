"""What changes in a county's tasks, as one process follows it to know which of its ready pages still hold."""

import asyncio
import time
from bisect import bisect_right
from collections import deque
from typing import Final
from uuid import UUID

from shared.pagination.snapshots import Snapshot
from shared.runtime.context import ServiceContext

#: More changes than this between two questions, and no page is believed any more.
MOST_CHANGES: Final = 5_000

#: So many answers with changes are remembered; a page that has not been asked for since is built anew.
REMEMBERED: Final = 200

#: Between two questions: many callers at once then share one, and a single one hardly notices.
PAUSE_SECONDS: Final = 0.005

#: Names of regions and indicators stand in the pages too.
PRESENT: Final = """
SELECT cast(pg_current_snapshot() AS text) AS snapshot,
       (SELECT cast(xmin AS text) FROM region WHERE county_code = $1 AND code = $1) AS regions,
       (SELECT count(*) FROM parameter WHERE county_code = $1 AND name = 'warning_indicators') AS indicators"""

#: The same, and by the index on changes alone, whatever the planner believes of a snapshot it has not seen, what that
#: snapshot does not show: a row for each, or one.
CHANGES: Final = f"""
SELECT p.*, c.* FROM ({PRESENT}) p LEFT JOIN LATERAL (
    SELECT cycle, id FROM verification_task
    WHERE county_code = $1 AND changed_in >= cast($2::text AS xid8)
      AND NOT pg_visible_in_snapshot(changed_in, cast($3::text AS pg_snapshot))
    ORDER BY changed_in, id LIMIT $4) c ON true"""


def place_of(cycle: str, task_id: UUID) -> bytes:
    """Where a task stands in lists that go by cycle and id."""
    return cycle.encode() + task_id.bytes


class ChangeFeed:
    """The changes of one county. ``snapshot`` is that of the last question, ``number`` how many answers told of
    changes until then."""

    def __init__(self, service: ServiceContext, county: str) -> None:
        self._service = service
        self._county = county
        self._lock = asyncio.Lock()
        self._begun = 0
        self._answered = 0
        self._not_before = 0.0
        self._names: tuple[str | None, int] | None = None
        self._changes: deque[tuple[int, list[bytes]]] = deque(maxlen=REMEMBERED)
        self._floor = 0
        self.number = 0
        self.snapshot = ""

    async def catch_up(self) -> None:
        """Afterwards all is known that was committed before the call. Whoever asks while the database is being asked
        shares the next question with all that are waiting."""
        wanted = self._begun + 1
        async with self._lock:
            if self._answered < wanted:
                await asyncio.sleep(self._not_before - time.monotonic())
                self._begun += 1
                mine = self._begun
                await self._ask()
                self._answered = mine
                self._not_before = time.monotonic() + PAUSE_SECONDS

    def holds(self, number: int, after: bytes | None, last: bytes | None) -> bool:
        """Whether no task behind the place ``after`` and up to ``last`` has changed since ``number``."""
        if number < self._floor:
            return False
        for at, ids in reversed(self._changes):
            if at <= number:
                break
            place = bisect_right(ids, after) if after is not None else 0
            if place < len(ids) and (last is None or ids[place] <= last):
                return False
        return True

    async def _ask(self) -> None:
        async with self._service.begin(self._county) as tx:
            driver = await tx.driver()
            if self.snapshot:
                since = Snapshot.of(self.snapshot)
                rows = await driver.fetch(
                    CHANGES, self._county, str(since.xmin), since.text, MOST_CHANGES + 1
                )
            else:
                rows = await driver.fetch(PRESENT, self._county)
        present = rows[0]
        names = (present["regions"], present["indicators"])
        changed = [place_of(row["cycle"], row["id"]) for row in rows if row.get("id") is not None]
        if names != self._names or len(changed) > MOST_CHANGES:
            self._forget()
        elif changed:
            self._note(sorted(changed))
        self._names = names
        self.snapshot = present["snapshot"]

    def _note(self, ids: list[bytes]) -> None:
        self.number += 1
        if len(self._changes) == REMEMBERED:
            self._floor = self._changes[0][0]
        self._changes.append((self.number, ids))

    def _forget(self) -> None:
        self.number += 1
        self._floor = self.number
        self._changes.clear()
