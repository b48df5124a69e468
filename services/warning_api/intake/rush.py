"""While large batches are being filed, comparison steps back.

Both want all the processors there are, and lists are asked for at the same time: with filing alone they stay usable.
What a department has sent is safe once it is filed; its comparison comes a little later, and ends no later than it
would have, since nobody had anything to spare.
"""

import asyncio
import time
from typing import Final

from shared.db import Transaction
from shared.runtime.context import ServiceContext

#: A comparison that has waited so long goes on: departments may push all day.
PATIENCE_SECONDS: Final = 60.0

#: Between two looks while there is a rush, and while there is none: a look is a transaction.
PAUSE_SECONDS: Final = 0.25
LOOK_SECONDS: Final = 1.0

_BEGIN: Final = "SELECT pg_advisory_xact_lock_shared(hashtext('rush') & 2147483647, 1)"

#: Looked at, not taken: whoever looks is in nobody's way.
_IS_ON: Final = """
SELECT EXISTS (
    SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.objsubid = 2
      AND l.classid = (hashtext('rush') & 2147483647)::oid AND l.objid = 1)"""


async def begin(tx: Transaction) -> None:
    """A rush, or more of it, until the end of the transaction."""
    await tx.execute(_BEGIN)


async def is_on(tx: Transaction) -> bool:
    """Whether any county of this database has one: they share its processors."""
    found: bool = await tx.scalar(_IS_ON)
    return found


class Courtesy:
    """The patience of one comparison."""

    def __init__(self, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._until = time.monotonic() + patience_seconds
        self._look_at = 0.0

    async def wait(self, service: ServiceContext, county: str) -> None:
        """Until there is no rush, or for as long as there is patience left; with no connection held."""
        while self._look_at <= time.monotonic() < self._until:
            async with service.begin(county) as tx:
                if not await is_on(tx):
                    self._look_at = time.monotonic() + LOOK_SECONDS
                    return
            await asyncio.sleep(PAUSE_SECONDS)
