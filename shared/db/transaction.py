"""One request or job is one transaction, and the first thing it does is say what it may reach."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import asyncpg
from sqlalchemy import Executable, text
from sqlalchemy.engine import CursorResult, RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.auth import Actor, Reach
from shared.auth.caller import REGION_SLOTS
from shared.db.turns import Turns
from shared.errors import CountyRequired

if TYPE_CHECKING:
    from shared.runtime.context import ServiceContext
    from shared.sealing import Sealer

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None


class Transaction:
    """Statements of one request or job, all or none of which stay.

    The connection is taken at the first statement, so that nobody holds one while a client sends its body.
    ``now`` and ``today`` are the business clock's, the same for the whole transaction.
    """

    def __init__(
        self,
        connection: AsyncConnection,
        turns: Turns,
        service: "ServiceContext",
        reach: Reach,
        actor: Actor,
        roles: frozenset[str],
    ) -> None:
        self._connection = connection
        self._turns = turns
        self._driver: asyncpg.Connection | None = None
        self.begun: AsyncConnection | None = None
        self.service = service
        self.reach = reach
        self.actor = actor
        self.roles = roles
        self.now: datetime = service.clock.now()
        #: What is still to be written when all else is, by name; it goes into the same transaction.
        self.before_commit: dict[str, Callable[[], Awaitable[None]]] = {}
        self.after_commit: list[Callable[[], None]] = []
        self.discarded = False
        #: Parameters that were read together, by name (shared.parameters).
        self.read_together: dict[str, Any] = {}

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def county(self) -> str:
        """The one county of this call; raises ``CountyRequired`` where the call spans several."""
        if self.reach.county is None:
            raise CountyRequired()
        return self.reach.county

    async def connection(self) -> AsyncConnection:
        if self.begun is None:
            await self._turns.take()
            try:
                await self._connection.start()
            except BaseException:
                self._turns.give_back()
                raise
            self.begun = self._connection
            # The first statement, with which SQLAlchemy's adapter begins the transaction.
            await self._connection.exec_driver_sql(SETTINGS, settings_of(self.reach))
            self._driver = await _driver_under(self._connection)
        return self.begun

    def discard(self) -> None:
        """Roll back at the end, though all went well: a dry run."""
        self.discarded = True

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """What the block has done is taken back where it raises: statements, and what was to be written at the end. A
        request that is cancelled ends with its transaction."""
        if self.before_commit:
            raise RuntimeError("what waits for the end already would be lost with the attempt")
        driver = await self.driver()
        await driver.execute("SAVEPOINT attempt")
        try:
            yield
        except Exception:
            self.before_commit.clear()
            await driver.execute("ROLLBACK TO SAVEPOINT attempt; RELEASE SAVEPOINT attempt")
            raise
        await driver.execute("RELEASE SAVEPOINT attempt")

    async def give_back(self) -> None:
        """Let the next have the connection."""
        self._driver = None
        try:
            await self._connection.close()
        finally:
            self._turns.give_back()

    async def sealer(self) -> "Sealer":
        """The holder of this county's keys."""
        return await self.service.keys.sealer(self.service, self.county)

    async def driver(self) -> asyncpg.Connection:
        """The asyncpg connection, for COPY and set-based SQL, certainly inside this transaction."""
        connection = await self.connection()
        if self._driver is None or not self._driver.is_in_transaction():
            # Its first statement is just being sent, or the transaction was ended: the connection says which.
            return await driver_of(connection)
        return self._driver

    async def execute(self, statement: Executable | str, parameters: Parameters = None) -> CursorResult[Any]:
        """Run Core or SQL text with ``:name`` parameters."""
        connection = await self.connection()
        if isinstance(statement, str):
            statement = _read(statement)
        return cast("CursorResult[Any]", await connection.execute(statement, parameters))

    async def rows(self, statement: Executable | str, parameters: Parameters = None) -> Sequence[RowMapping]:
        return (await self.execute(statement, parameters)).mappings().all()

    async def row(self, statement: Executable | str, parameters: Parameters = None) -> RowMapping | None:
        """The only row, or None."""
        return (await self.execute(statement, parameters)).mappings().one_or_none()

    async def scalar(self, statement: Executable | str, parameters: Parameters = None) -> Any:
        """The first column of the only row, or None."""
        return (await self.execute(statement, parameters)).scalar_one_or_none()


#: SQL text as SQLAlchemy reads it: looking for its parameters anew took a third of a short statement's time.
_read = lru_cache(maxsize=2048)(text)


async def driver_of(connection: AsyncConnection) -> asyncpg.Connection:
    """The asyncpg connection under ``connection``, inside its transaction.

    SQLAlchemy's asyncpg adapter sends BEGIN only with a first statement; what is run on the driver's
    connection before that survives a rollback. So a statement goes first, and it is checked.
    """
    await connection.execute(text("SELECT 1"))
    return await _driver_under(connection)


async def _driver_under(connection: AsyncConnection) -> asyncpg.Connection:
    driver = cast("asyncpg.Connection", (await connection.get_raw_connection()).driver_connection)
    if not driver.is_in_transaction():
        raise RuntimeError("the driver's connection is outside the transaction")
    return driver


#: What row-level security reads, until the end of the transaction.
_NAMES = ("app.org", *(f"app.region_{end}{slot}" for slot in range(REGION_SLOTS) for end in ("from", "to")))
SETTINGS = "SELECT " + ", ".join(f"set_config('{name}', ${at}, true)" for at, name in enumerate(_NAMES, 1))


def settings_of(reach: Reach) -> tuple[str, ...]:
    """The values for ``SETTINGS``. Unused slots are emptied: none shows a row."""
    unused = [("", "")] * (REGION_SLOTS - len(reach.ranges))
    return (reach.org, *(bound for bounds in [*reach.ranges[:REGION_SLOTS], *unused] for bound in bounds))
