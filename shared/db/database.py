"""The engine of one service. The only place that commits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.auth import Actor, Reach
from shared.db.transaction import Transaction
from shared.db.turns import Turns

if TYPE_CHECKING:
    from shared.runtime.context import ServiceContext


#: Settings of every connection. A backend whose process was killed ends its statement within a second, and
#: with it the locks that a successor waits for.
SESSION = {"application_name": "bihuan", "jit": "off", "client_connection_check_interval": "1000"}


def make_engine(url: str, *, schema: str, pool_size: int) -> AsyncEngine:
    """An engine for ``postgresql://…`` on the tables of ``schema``, whatever the role's own default is.

    Errors never print parameters: they may be personal data. Behind a transaction pooler prepared statements are
    not kept. A connection that the server has closed is replaced when it is asked for, without asking the server
    first: that would be three round trips more for every request.
    """
    pooled = "pgbouncer=true" in url
    url = url.replace("?pgbouncer=true", "")
    arguments: dict[str, Any] = {"server_settings": SESSION | {"search_path": schema}}
    if pooled:
        arguments |= {"statement_cache_size": 0, "prepared_statement_cache_size": 0}
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_use_lifo=True,  # The last one used knows its plans and catalogue; by turns all of them would be cold.
        hide_parameters=True,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args=arguments,
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    """The pool opens another one then."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


#: Connections beside those that take turns: see ``Database.begin``.
ASIDE = 1


class Database:
    """Transactions for one service, each narrowed by row-level security to a ``Reach``."""

    def __init__(self, engine: AsyncEngine, connections: int) -> None:
        self.engine = engine
        self._turns = Turns(connections)
        self._aside = Turns(ASIDE)

    def transaction(
        self, service: "ServiceContext", reach: Reach, actor: Actor, roles: frozenset[str] = frozenset()
    ) -> Transaction:
        """A transaction that begins at its first statement; whoever makes it ends it with ``end``."""
        return Transaction(self.engine.connect(), self._turns, service, reach, actor, roles)

    @asynccontextmanager
    async def begin(
        self, service: "ServiceContext", reach: Reach, actor: Actor, *, aside: bool = False
    ) -> AsyncIterator[Transaction]:
        """One transaction: committed at the end of the block, rolled back by an exception.

        ``aside``: on the connection that is kept for what others wait for in the middle of theirs. Those who hold all
        the rest would wait for each other.
        """
        turns = self._aside if aside else self._turns
        transaction = Transaction(self.engine.connect(), turns, service, reach, actor, frozenset())
        try:
            yield transaction
        except BaseException:
            await end(transaction, commit=False)
            raise
        await end(transaction, commit=True)

    async def close(self) -> None:
        await self.engine.dispose()


async def end(transaction: Transaction, *, commit: bool) -> None:
    """Write what waits for the end and commit, or roll back; give the connection back; then run what waits for the
    commit."""
    connection = transaction.begun
    if connection is None:
        return
    try:
        if commit and not transaction.discarded:
            for write in transaction.before_commit.values():
                await write()
            await connection.commit()
        else:
            await connection.rollback()
    finally:
        await transaction.give_back()
    if commit and not transaction.discarded:
        for action in transaction.after_commit:
            action()
