"""Telling a database that is away from a fault of ours."""

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError

_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
)


def is_database_away(error: BaseException) -> bool:
    """Whether the connection failed or was lost: the same request may succeed in a moment."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or isinstance(error, InterfaceError) or _cause_is_away(error)
    return isinstance(error, _AWAY)


def _cause_is_away(error: DBAPIError) -> bool:
    """The driver's own error stands behind SQLAlchemy's adapter's."""
    cause = error.orig.__cause__ if error.orig is not None else None
    return isinstance(cause, _AWAY)
