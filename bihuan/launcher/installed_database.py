"""The database of an installation: reached, allowed, and brought to the newest form."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

import asyncpg
from alembic.util import CommandError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bihuan.county import add_new_parameters, ensure_service_clients
from bihuan.database import prepare, role_password_name
from migrations.helpers import ROLES

from .embedded import EmbeddedPostgres
from .errors import AlreadyRunning, DatabaseRefused
from .home import Home
from .settings import LaunchSettings

OLDEST_POSTGRES: Final = 140_000
CONNECT_SECONDS: Final = 10

#: A comment on a schema of ours: it stays with the data through dump and restore.
PRODUCTION_MARK: Final = "bihuan: production"
MARKED_SCHEMA: Final = "identity"
READ_MARK: Final = "SELECT obj_description(to_regnamespace($1), 'pg_namespace')"


@contextmanager
def reachable_database(home: Home, settings: LaunchSettings) -> Iterator[str]:
    """The owner's direct URL, beside a running system or without one.

    The embedded database is started where nobody runs it, and stopped again at the end. Commands wait for
    each other; a system that is started meanwhile finds the home in use.
    """
    if settings.database_url:
        yield settings.listen_url or settings.database_url
        return
    server = EmbeddedPostgres(home)
    with home.locked("command"), ExitStack() as held:
        if _nobody_runs(home, held) and server.pid is None:
            held.callback(server.stop)
        yield server.start()


def _nobody_runs(home: Home, held: ExitStack) -> bool:
    """Whether no system runs on this home; then none can be started until `held` is left."""
    try:
        held.enter_context(home.running())
    except AlreadyRunning:
        return False
    return True


async def bring_up_to_date(url: str, home: Home, settings: LaunchSettings) -> None:
    """Roles with the home's passwords, migrations, partitions for the business date, parameters that are new, our
    services as clients.

    Safe to run again.

    `DatabaseRefused` for a database that cannot be reached or that this environment may not use.
    """
    try:
        await _refuse_unfit(url, settings)
        passwords = {role: home.secret(role_password_name(role)) for role in ROLES.values()}
        await prepare(url, passwords, settings.today)
        await add_new_parameters(url)
        await ensure_service_clients(url, home)
        if settings.is_production:
            await _mark_as_production(url)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseRefused(f"数据库 {_shown(url)} 无法使用：{_first_line(error)}") from error
    except (SQLAlchemyError, CommandError) as error:
        reason = error.__cause__ or error
        raise DatabaseRefused(f"数据库 {_shown(url)} 无法准备：{_first_line(reason)}") from error


async def _refuse_unfit(url: str, settings: LaunchSettings) -> None:
    connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    try:
        if int(await connection.fetchval("SHOW server_version_num")) < OLDEST_POSTGRES:
            version = await connection.fetchval("SHOW server_version")
            raise DatabaseRefused(f"需要 PostgreSQL 14 或更高版本，{_shown(url)} 是 {version}")
        mark = await connection.fetchval(READ_MARK, MARKED_SCHEMA)
        if mark == PRODUCTION_MARK and not settings.is_production:
            raise DatabaseRefused(
                f"数据库 {_shown(url)} 是生产库，演示环境不使用；请设置 BIHUAN_ENV=production"
            )
    finally:
        await connection.close()


async def _mark_as_production(url: str) -> None:
    connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    try:
        await connection.execute(f"COMMENT ON SCHEMA {MARKED_SCHEMA} IS '{PRODUCTION_MARK}'")
    finally:
        await connection.close()


def _shown(url: str) -> str:
    """Where the database is, without who connects and the password."""
    parts = make_url(url)
    return f"{parts.host or 'localhost'}:{parts.port or 5432}/{parts.database or ''}"


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__
